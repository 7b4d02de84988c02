/** An HLS stream of another server as a source: it brings no samples but a relay, and says that it lives while its playlist goes on. */
import { sleep } from '@pantau/base/clock';
import { ByteSink } from '../http/byte-sink.ts';
import type { HttpWork } from '../http/http-source.ts';
import { MediaError } from '../media-error.ts';
import type { SourceDefinition } from '../source-definition.ts';
import { HlsRelay } from './hls-relay.ts';
import { MAX_PLAYLIST_BYTES } from './rewrite-playlist.ts';

/** Reloads in a row that may fail. */
const MAX_FAILURES = 2;

/**
 * Where a stream stood when it was closed. One that stands there still, when it is opened again, is not alive: a playlist alone does
 * not show that, only that it goes on.
 */
const stoodAt = new WeakMap<SourceDefinition, number>();

/** Relays until the signal aborts. @throws MediaError when the stream stands still, ends, or cannot be had any more. */
export async function relayPlaylist({
  options,
  client,
  reply,
  body,
  signal,
  onTrouble,
}: HttpWork): Promise<void> {
  const { clock, onEvent } = options;
  const relay = new HlsRelay({
    client,
    clock,
    signal,
    topUrl: reply.url,
    topText: await readText(body),
  });
  try {
    await relay.check();
    let isLive = relay.position !== stoodAt.get(options.source);
    if (isLive) onEvent({ type: 'relay', relay });
    for (let failures = 0; ;) {
      await sleep(clock, relay.pulseMs, signal);
      try {
        await relay.check();
        failures = 0;
      } catch (error) {
        const isOver = error instanceof MediaError && error.code === 'SOURCE_CLOSED';
        if (signal.aborted || isOver || ++failures > MAX_FAILURES) throw error;
        onTrouble('a playlist could not be had');
      }
      if (relay.isStale) throw new MediaError('SOURCE_TIMEOUT', 'The stream does not go on');
      if (isLive) onEvent({ type: 'unchanged' });
      else if (relay.position !== stoodAt.get(options.source)) {
        isLive = true;
        onEvent({ type: 'relay', relay });
      }
    }
  } finally {
    stoodAt.set(options.source, relay.position);
    relay.clear();
  }
}

async function readText(body: AsyncGenerator<Buffer>): Promise<string> {
  const sink = new ByteSink();
  for await (const chunk of body) {
    if (sink.byteLength + chunk.length > MAX_PLAYLIST_BYTES)
      throw new MediaError('VIDEO_MALFORMED', 'The playlist is too long');
    sink.add(chunk);
  }
  return sink.copy().toString('utf8');
}
