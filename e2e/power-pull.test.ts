/**
 * A camera loses power while fifty people watch, and gets it back: everybody sees moving pictures again within ten seconds. The
 * connection does not end, it falls silent, as it does without power; then nothing listens there.
 */
import { openFakeCamera } from '@pantau/media/testing/fake-camera';
import { createSyntheticClip } from '@pantau/media/testing/synthetic-clip';
import { describe, expect, it } from 'vitest';
import { eventually, observe } from './support/eventually.ts';
import { fetchHls, findMediaPlaylist, parseMediaPlaylist } from './support/hls-client.ts';
import { MseClient } from './support/mse-client.ts';
import { PantauServer } from './support/pantau-server.ts';
import { useStage } from './support/stage.ts';

const VIEWERS_OF_EACH_KIND = 25;
const OUTAGE_MS = 20_000;
const BACK_WITHIN_MS = 10_000;

/** Polls like a player and remembers when it last got a segment that it had not seen. */
class HlsViewer implements AsyncDisposable {
  lastNewMs = 0;
  readonly #seen = new Set<string>();
  readonly #running: Promise<void>;
  #isOver = false;

  constructor(entryUrl: string) {
    this.#running = this.#run(entryUrl);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(entryUrl: string): Promise<void> {
    let playlistUrl: string | undefined;
    while (!this.#isOver) {
      try {
        playlistUrl ??= await findMediaPlaylist(entryUrl);
        const { status, text } = await fetchHls(playlistUrl);
        const newest = status === 200 ? parseMediaPlaylist(text).segments.at(-1) : undefined;
        if (newest !== undefined && !this.#seen.has(newest)) {
          const segment = await fetchHls(new URL(newest, playlistUrl).href);
          this.#seen.add(newest);
          if (segment.status === 200) this.lastNewMs = performance.now();
        }
      } catch {
        // A player that is refused asks again.
        playlistUrl = undefined;
      }
      await observe(1_000, 1_000, () => undefined);
    }
  }
}

describe('the power of a camera is pulled', () => {
  const stage = useStage(async (stack) => {
    const camera = stack.use(
      await openFakeCamera({ mounts: [{ path: '/cam', clip: createSyntheticClip() }] }),
    );
    const server = stack.use(await PantauServer.open());
    const entry = await server.addCamera({ name: 'cam', url: camera.url('/cam') });
    return { camera, server, entry };
  });

  it('and given back: 50 viewers see it move again within 10 s', { timeout: 120_000 }, async () => {
    const { camera, server, entry } = stage.props;
    await using stack = new AsyncDisposableStack();
    const sockets = Array.from({ length: VIEWERS_OF_EACH_KIND }, () =>
      stack.use(new MseClient(`${server.url.replace('http', 'ws')}${entry.streams.mse}`)),
    );
    const players = Array.from({ length: VIEWERS_OF_EACH_KIND }, () =>
      stack.use(new HlsViewer(`${server.url}${entry.streams.hls}`)),
    );
    const lastMs = () => [
      ...sockets.map(({ messages }) => messages.findLast(({ box }) => box === 'moof')?.atMs ?? 0),
      ...players.map((player) => player.lastNewMs),
    ];
    await eventually('everybody to watch', () => lastMs().every((at) => at > 0), { timeoutMs: 30_000 });
    const connectionsBefore = camera.counters.connections;

    camera.setFault({ silent: true });
    await camera.refuseConnections();
    await server.untilState('cam', 'offline', 15_000);
    await observe(OUTAGE_MS, OUTAGE_MS, () => undefined);
    expect(camera.counters.connections).toBe(connectionsBefore);

    camera.clearFaults();
    camera.dropConnections();
    await camera.acceptConnections();
    const returnedMs = performance.now();
    await eventually(
      'everybody to see new pictures',
      () => {
        const waiting = lastMs().filter((at) => at <= returnedMs).length;
        if (waiting > 0) throw new Error(`${waiting} of ${2 * VIEWERS_OF_EACH_KIND} still wait`);
        return true;
      },
      { timeoutMs: BACK_WITHIN_MS },
    );
    console.log(`all moving after ${Math.round(performance.now() - returnedMs)} ms`);
    // Whoever looked whether it is back did not hang on to it.
    await eventually('one session', () => camera.clients === 1);
    expect(server.log).not.toMatch(/level":"error"|unhandled/i);
  });
});
