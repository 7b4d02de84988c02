/** Replies with what another server gave: playlists and files of a relayed HLS stream, and its troubles in our words. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HlsRelay } from '../hls-relay/hls-relay.ts';
import type { LoadedPlaylist } from '../hls-relay/relayed-playlist.ts';
import { MediaError } from '../media-error.ts';
import { reasonOf } from '../stream/reason-text.ts';
import type { Stream } from '../stream/stream.ts';
import { sendError, sendFile, sendPlaylistBytes } from './hls-replies.ts';

/** @param load undefined when there is no such playlist. */
export async function sendRelayedPlaylist(
  request: IncomingMessage,
  response: ServerResponse,
  stream: Stream,
  load: () => Promise<LoadedPlaylist | undefined>,
): Promise<void> {
  try {
    const playlist = await load();
    if (response.destroyed) return;
    if (playlist === undefined) sendMissing(response);
    // An old playlist would show old pictures as live.
    else if (stream.isStale)
      sendTrouble(response, new MediaError('SOURCE_TIMEOUT', 'The stream does not go on'));
    else sendPlaylistBytes(request, response, playlist.bytes);
  } catch (error) {
    sendTrouble(response, error);
  }
}

export async function sendRelayedFile(
  request: IncomingMessage,
  response: ServerResponse,
  relay: HlsRelay,
  name: string,
): Promise<void> {
  try {
    const file = await relay.findFile(name);
    if (response.destroyed) return;
    if (file === undefined) {
      sendError(response, 503, 'OVERLOADED', 'Too many files are on their way; try again shortly.', [
        'Retry-After',
        '1',
      ]);
    } else sendFile(request, response, file);
  } catch (error) {
    sendTrouble(response, error);
  }
}

function sendMissing(response: ServerResponse): void {
  sendError(response, 404, 'NOT_FOUND', 'There is no such file, or it is no longer kept.');
}

function sendTrouble(response: ServerResponse, error: unknown): void {
  if (response.destroyed || response.headersSent) return;
  const { code, message } = reasonOf(error);
  if (code === 'SOURCE_NOT_FOUND') sendMissing(response);
  else sendError(response, 503, code, message, ['Retry-After', '2']);
}
