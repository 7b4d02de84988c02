import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '@pantau/base/clock';
import type { EngineLimits } from '../stream/engine-limits.ts';
import { isRelayName } from '../hls-relay/relay-names.ts';
import { ClientShares } from '../stream/client-shares.ts';
import { COMMON_HEADERS } from '../stream/media-file.ts';
import { splitFileName } from '../stream/rendition.ts';
import type { RenditionSet } from '../stream/rendition-set.ts';
import type { Stream } from '../stream/stream.ts';
import {
  MEDIA_PLAYLISTS,
  MULTIVARIANT_PLAYLISTS,
  type MediaPlaylistName,
  type PlaylistKind,
} from './hls-playlists.ts';
import { sendError, sendFile, sendPlaylistBytes, writeHead } from './hls-replies.ts';
import { parseDirectives, parseHlsPath, parseRendition, type DeliveryDirectives } from './hls-request.ts';
import { MJPEG_HEADERS, MjpegViewer } from './mjpeg-viewer.ts';
import type { ParkedOutcome, ParkedRequest, ParkedRequests } from './parked-requests.ts';
import { sendRelayedFile, sendRelayedPlaylist } from './relay-replies.ts';
import { isBeyondPlaylist, isInPlaylist } from './reload-position.ts';

/**
 * HLS over raw HTTP: the thin path. A media file is a lookup and one write of shared bytes; a playlist is built once per
 * change. Nothing here throws, reads a disk or asks a database.
 */
export interface HlsHandlerOptions {
  readonly clock: Clock;
  readonly limits: EngineLimits;
  readonly findStream: (key: string) => RenditionSet | undefined;
  /** Address of the viewer, as far as it is known. */
  readonly clientAddress: (request: IncomingMessage) => string;
}

export class HlsHandler {
  readonly #options: HlsHandlerOptions;
  readonly #pictureViewers: ClientShares;

  constructor(options: HlsHandlerOptions) {
    this.#options = options;
    const { maxMseViewers, maxMseViewersPerClient } = options.limits;
    this.#pictureViewers = new ClientShares(maxMseViewers, maxMseViewersPerClient);
  }

  handle(request: IncomingMessage, response: ServerResponse, path: string): void {
    const { method } = request;
    if (method === 'OPTIONS') {
      writeHead(response, 204, PREFLIGHT_HEADERS);
      response.end();
      return;
    }
    if (method !== 'GET' && method !== 'HEAD') {
      sendError(response, 405, 'METHOD_NOT_ALLOWED', 'Only GET, HEAD and OPTIONS.', [
        'Allow',
        ALLOWED_METHODS,
      ]);
      return;
    }
    const target = parseHlsPath(path);
    const set = target && this.#options.findStream(target.key);
    if (!target || !set) {
      sendError(response, 404, 'STREAM_NOT_FOUND', 'There is no such stream.');
      return;
    }
    if (target.file === PICTURES_FILE) {
      this.#pictures(request, response, set.main);
      return;
    }
    if (isRelayName(target.file)) {
      this.#relayed(request, response, set.main, target.file);
      return;
    }
    if (isMultivariant(target.file)) {
      this.#multivariant(request, response, set, MULTIVARIANT_PLAYLISTS[target.file], target.query);
      return;
    }
    const { rendition, name } = splitFileName(target.file);
    const stream = set.find(rendition);
    if (!stream) {
      sendError(response, 404, 'NOT_FOUND', 'There is no such file.');
      return;
    }
    const file = stream.window.findFile(target.file);
    if (file) {
      if (name.startsWith('part-')) this.#touch(request, stream);
      sendFile(request, response, file);
      return;
    }
    if (isPlaylistName(name)) {
      const isPullable = stream.demand();
      const isBridged =
        set.bridge(rendition, this.#options.clientAddress(request), request.headers['user-agent']) &&
        name === 'media.m3u8';
      const kind = isBridged ? 'media-bridged' : MEDIA_PLAYLISTS[name];
      this.#playlist(request, response, stream, kind, target.query, isPullable);
      return;
    }
    this.#missingFile(request, response, stream, target.file);
  }

  /** What renditions there are. Nothing is pulled for it that is known already, unless there is no choice. */
  #multivariant(
    request: IncomingMessage,
    response: ServerResponse,
    set: RenditionSet,
    playlist: MediaPlaylistName,
    query: string,
  ): void {
    const wished = parseRendition(query);
    const found = wished && set.find(wished);
    // A camera of one size answers with that one.
    const only = found && wished;
    const wanted = found ?? set.main;
    const sinceMs = this.#options.clock.monotonic();
    const reply = () => sendPlaylistBytes(request, response, set.multivariant(playlist, only));
    if (only !== undefined || set.streams.length === 1) this.#touch(request, wanted);
    const isPullable = set.wantFacts(only);
    const { main } = set;
    if (this.#answerOther(request, response, main)) return;
    if (set.isDescribable(only, sinceMs)) reply();
    else if (!isPullable || wanted.isEnded) sendUnavailable(response, wanted);
    else {
      this.#park(
        request,
        response,
        set.parked,
        this.#options.limits.coldStartHoldMs,
        () => set.isDescribable(only, sinceMs) || set.isHopeless(only) || isOther(main),
        () => {
          if (this.#answerOther(request, response, main)) return;
          if (set.isDescribable(only, sinceMs)) reply();
          else sendUnavailable(response, wanted);
        },
      );
    }
  }

  #playlist(
    request: IncomingMessage,
    response: ServerResponse,
    stream: Stream,
    named: PlaylistKind,
    query: string,
    isPullable: boolean,
  ): void {
    const directives = parseDirectives(query);
    if (!directives) {
      sendError(
        response,
        400,
        'REQUEST_INVALID',
        '_HLS_msn and _HLS_part must be integers, _HLS_part only with _HLS_msn.',
      );
      return;
    }
    if (this.#answerOther(request, response, stream)) return;
    this.#touch(request, stream);
    const kind = named === 'media-ll' && directives.skip ? 'media-ll-delta' : named;
    const reply = () => sendPlaylistBytes(request, response, stream.playlists.get(kind));
    const answer = () => {
      if (directives.sequence !== undefined && named !== 'media-ll-delta') {
        this.#reload(request, response, stream, named, directives, reply);
      } else reply();
    };
    if (stream.playlists.isEnded) {
      if (stream.playlists.isReady(kind)) reply();
      else sendUnavailable(response, stream);
      return;
    }
    if (!stream.playlists.isReady(kind) || stream.isStale) {
      if (!isPullable) sendUnavailable(response, stream);
      else this.#parkUntilReady(request, response, stream, kind, answer);
      return;
    }
    answer();
  }

  /** Blocking playlist reload (RFC 8216bis 6.2.5.2). */
  #reload(
    request: IncomingMessage,
    response: ServerResponse,
    stream: Stream,
    kind: Exclude<PlaylistKind, 'media-ll-delta'>,
    directives: DeliveryDirectives,
    reply: () => void,
  ): void {
    const sequence = directives.sequence ?? 0;
    const part = kind === 'media-ll' ? directives.part : undefined;
    if (isInPlaylist(stream, sequence, part)) {
      reply();
      return;
    }
    if (isBeyondPlaylist(stream, sequence, part)) {
      sendError(response, 400, 'REQUEST_INVALID', '_HLS_msn or _HLS_part is too far ahead of the live edge.');
      return;
    }
    this.#park(
      request,
      response,
      stream.parked,
      stream.reloadHoldMs,
      () => isInPlaylist(stream, sequence, part),
      (outcome) => {
        if (outcome === 'timeout') sendUnavailable(response, stream);
        else reply();
      },
    );
  }

  /** The first request on a stream that is just being opened, or has lost its camera. */
  #parkUntilReady(
    request: IncomingMessage,
    response: ServerResponse,
    stream: Stream,
    kind: PlaylistKind,
    answer: () => void,
  ): void {
    const { coldStartHoldMs } = this.#options.limits;
    if (kind === 'media-ll' || kind === 'media-ll-delta') stream.muxer.hurry();
    const isReady = () => stream.playlists.isReady(kind) && !stream.isStale;
    this.#park(
      request,
      response,
      stream.parked,
      coldStartHoldMs,
      () => isReady() || stream.isRetrying || isOther(stream),
      () => {
        if (this.#answerOther(request, response, stream)) return;
        if (isReady()) answer();
        else sendUnavailable(response, stream);
      },
    );
  }

  /** Answers for a stream that has no playlist of ours: single pictures, or HLS of another server. @returns whether it did. */
  #answerOther(request: IncomingMessage, response: ServerResponse, stream: Stream): boolean {
    if (!isOther(stream)) return false;
    const { relay } = stream;
    if (relay === undefined) {
      const message = 'The camera sends single pictures: live.mjpeg, or the WebSocket.';
      sendError(response, 406, 'PICTURES_ONLY', message);
    } else {
      this.#touch(request, stream);
      void sendRelayedPlaylist(request, response, stream, () => relay.findTop());
    }
    return true;
  }

  /** A file or a playlist of another server. */
  #relayed(request: IncomingMessage, response: ServerResponse, stream: Stream, name: string): void {
    if (stream.delivery !== 'relay') {
      sendError(response, 404, 'NOT_FOUND', 'There is no such file, or it is no longer kept.');
      return;
    }
    this.#touch(request, stream);
    stream.demand();
    const { relay } = stream;
    if (relay === undefined) sendUnavailable(response, stream);
    else if (relay.hasFile(name)) void sendRelayedFile(request, response, relay, name);
    else void sendRelayedPlaylist(request, response, stream, () => relay.findPlaylist(name));
  }

  /** One endless reply of pictures. */
  #pictures(request: IncomingMessage, response: ServerResponse, stream: Stream): void {
    if (request.method === 'HEAD') {
      writeHead(response, 200, MJPEG_HEADERS);
      response.end();
      return;
    }
    const isPullable = stream.demand();
    const isReady = () => stream.delivery === 'pictures' && stream.pictures.hasPicture;
    const answer = () => {
      if (isReady()) this.#showPictures(request, response, stream);
      else if (stream.isLive) sendError(response, 404, 'NOT_FOUND', 'The camera sends video, not pictures.');
      else sendUnavailable(response, stream);
    };
    if (isReady() || stream.isLive || !isPullable || stream.playlists.isEnded) {
      answer();
      return;
    }
    const isDecided = () => stream.isLive || stream.isRetrying;
    this.#park(request, response, stream.parked, this.#options.limits.coldStartHoldMs, isDecided, answer);
  }

  #showPictures(request: IncomingMessage, response: ServerResponse, stream: Stream): void {
    const client = this.#options.clientAddress(request);
    if (!this.#pictureViewers.take(client)) {
      sendError(response, 503, 'OVERLOADED', 'Too many viewers; try again later.', ['Retry-After', '10']);
      return;
    }
    const { clock, limits } = this.#options;
    const viewer = new MjpegViewer(response, limits.mseStuckMs, clock.monotonic());
    response.once('close', () => {
      this.#pictureViewers.giveBack(client);
      stream.pictures.removeReply(viewer);
    });
    stream.pictures.addReply(viewer);
  }

  /** The part that the preload hint names is waited for; anything else is not there (any more). */
  #missingFile(request: IncomingMessage, response: ServerResponse, stream: Stream, name: string): void {
    if (name !== stream.muxer.nextPartName || stream.playlists.isEnded || stream.isStale) {
      sendError(response, 404, 'NOT_FOUND', 'There is no such file, or it is no longer kept.');
      return;
    }
    this.#touch(request, stream);
    const find = () => stream.window.findFile(name);
    this.#park(
      request,
      response,
      stream.parked,
      stream.reloadHoldMs,
      () => find() !== undefined,
      () => {
        const file = find();
        if (file) sendFile(request, response, file);
        else sendError(response, 404, 'NOT_FOUND', 'The part was not made.');
      },
    );
  }

  #park(
    request: IncomingMessage,
    response: ServerResponse,
    waiting: ParkedRequests,
    holdMs: number,
    isReady: () => boolean,
    answer: (outcome: ParkedOutcome) => void,
  ): void {
    const parked: ParkedRequest = {
      client: this.#options.clientAddress(request),
      isReady,
      answer: (outcome) => {
        response.off('close', forget);
        if (!response.destroyed && !response.writableEnded) answer(outcome);
      },
      deadlineMs: this.#options.clock.monotonic() + holdMs,
    };
    const forget = () => waiting.unpark(parked);
    if (!waiting.park(parked)) {
      sendError(response, 503, 'OVERLOADED', 'Too many requests are waiting; try again shortly.', [
        'Retry-After',
        '1',
      ]);
      return;
    }
    response.on('close', forget);
    // A client that is gone already will not emit again.
    if (request.destroyed && response.destroyed) forget();
  }

  #touch(request: IncomingMessage, stream: Stream): void {
    stream.touchHlsClient(this.#options.clientAddress(request), request.headers['user-agent']);
  }
}

/** The pictures of a camera that sends no video, as one endless reply. */
const PICTURES_FILE = 'live.mjpeg';
const ALLOWED_METHODS = 'GET, HEAD, OPTIONS';

const PREFLIGHT_HEADERS: readonly string[] = [
  'Access-Control-Allow-Methods',
  ALLOWED_METHODS,
  'Access-Control-Allow-Headers',
  'Range, If-None-Match, If-Range, Cache-Control',
  'Access-Control-Max-Age',
  '86400',
  ...COMMON_HEADERS,
];

function isMultivariant(name: string): name is keyof typeof MULTIVARIANT_PLAYLISTS {
  return Object.hasOwn(MULTIVARIANT_PLAYLISTS, name);
}

function isPlaylistName(name: string): name is MediaPlaylistName {
  return Object.hasOwn(MEDIA_PLAYLISTS, name);
}

/** Whether a stream is known to come another way than by playlists of ours. */
function isOther({ delivery, relay }: Stream): boolean {
  return delivery === 'pictures' || relay !== undefined;
}

/** 503 with what is known about the camera. */
export function sendUnavailable(response: ServerResponse, stream: Stream): void {
  const { reason, retryAfterS } = stream.unavailability;
  sendError(response, 503, reason.code, reason.message, ['Retry-After', String(retryAfterS)]);
}
