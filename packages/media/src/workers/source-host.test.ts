import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { describe, expect, it } from 'vitest';
import { VIDEO } from '../fmp4/testing-configs.ts';
import { MediaError } from '../media-error.ts';
import type { MediaEvent, Sample } from '../sample.ts';
import type { MediaSource, OpenSource, OpenSourceOptions } from '../source.ts';
import { readEventBatch } from './event-batch.ts';
import { MAX_UNHANDLED, SourceHost } from './source-host.ts';
import type { WorkerReply } from './worker-protocol.ts';

function sample(keyframe: boolean, dts: number): MediaEvent {
  const data = Buffer.from([dts & 0xff]);
  const fields: Sample = { kind: 'video', data, dts, pts: dts, duration: 1, keyframe, wallMs: 0 };
  return { type: 'sample', sample: fields };
}
const CONFIG: MediaEvent = { type: 'config', config: { video: VIDEO, audio: undefined } };

/** A host with one camera whose events the test emits, and a main thread that handles batches when told. */
class Bench {
  readonly replies: WorkerReply[] = [];
  readonly host: SourceHost;
  handled = 0;
  closed = 0;
  keyframeRequests = 0;
  opening: OpenSourceOptions | undefined;
  readonly end = Promise.withResolvers<void>();
  #deferred: (() => void)[] = [];

  constructor(openSource?: OpenSource) {
    const source: MediaSource = {
      server: 'Fake',
      tracks: [],
      path: { transport: 'udp', tls: undefined },
      ended: this.end.promise,
      lostPackets: 3,
      requestKeyframe: () => this.keyframeRequests++,
      close: () => {
        this.closed++;
        return Promise.resolve();
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
    this.host = new SourceHost({
      openSource:
        openSource ??
        ((options) => {
          this.opening = options;
          return Promise.resolve(source);
        }),
      clock: new VirtualClock(),
      isAddressAllowed: () => true,
      post: (reply) => this.replies.push(reply),
      handledBatches: () => this.handled,
      defer: (callback) => this.#deferred.push(callback),
    });
    const plain = { url: 'rtsp://camera/1', username: 'u', password: 'p' };
    this.host.take({ type: 'open', id: 1, source: plain, logFields: { stream: 'a' } });
  }

  emit(...events: MediaEvent[]): void {
    for (const event of events) this.opening?.onEvent(event);
  }

  endTurn(): void {
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const callback of deferred) callback();
  }

  /** What arrived so far, in words. */
  get events(): string[] {
    const words: string[] = [];
    for (const reply of this.replies) {
      if (reply.type !== 'media') continue;
      readEventBatch(reply.batch, {
        onEvent: (_id, event) =>
          words.push(
            event.type === 'sample'
              ? `${event.sample.keyframe ? 'key' : 'p'}${event.sample.dts}`
              : event.type,
          ),
        onLost: (_id, count) => words.push(`lost ${count}`),
      });
    }
    return words;
  }

  get batches(): number {
    return this.replies.filter(({ type }) => type === 'media').length;
  }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('SourceHost', () => {
  it('sends what a turn brought as one batch, in order', async () => {
    const bench = new Bench();
    await settled();
    bench.emit(CONFIG, sample(true, 1), sample(false, 2));
    expect(bench.batches).toBe(0);
    bench.endTurn();
    expect(bench.batches).toBe(1);
    expect(bench.events.filter((word) => !word.startsWith('lost'))).toEqual(['config', 'key1', 'p2']);
    expect(bench.events).toContain('lost 3');
  });

  it('carries wishes for key frames both ways', async () => {
    const bench = new Bench();
    await settled();
    bench.host.take({ type: 'keyframe', id: 1 });
    bench.host.take({ type: 'keyframe', id: 2 }); // closed in the meantime
    expect(bench.keyframeRequests).toBe(1);
    bench.opening?.onWaitingForKeyframe?.();
    bench.opening?.askForKeyframe?.();
    expect(bench.replies.slice(-2)).toEqual([
      { type: 'waiting', id: 1 },
      { type: 'ask', id: 1 },
    ]);
  });

  it('drops for a main thread that does not keep up, and goes on at a key frame with its configuration', async () => {
    const bench = new Bench();
    await settled();
    bench.emit(CONFIG);
    for (let dts = 0; dts < MAX_UNHANDLED + 50; dts++) {
      bench.emit(sample(false, dts));
      bench.endTurn();
    }
    expect(bench.batches).toBe(MAX_UNHANDLED);
    bench.handled = MAX_UNHANDLED;
    bench.replies.length = 0;
    bench.emit(sample(false, 9001), sample(true, 9002), sample(false, 9003));
    bench.endTurn();
    expect(bench.events).toEqual(['discontinuity', 'config', 'key9002', 'p9003']);
  });

  it('sends what was emitted before the end, then the end with its reason', async () => {
    const bench = new Bench();
    await settled();
    bench.emit(CONFIG, sample(true, 1));
    bench.end.reject(new MediaError('SOURCE_TIMEOUT', 'silence', { details: { step: 'PLAY' } }));
    await settled();
    expect(bench.replies.map(({ type }) => type)).toEqual(['opened', 'media', 'ended']);
    expect(bench.replies[0]).toMatchObject({ server: 'Fake', path: { transport: 'udp' } });
    expect(bench.replies.at(-1)).toEqual({
      type: 'ended',
      id: 1,
      error: { code: 'SOURCE_TIMEOUT', message: 'silence', details: { step: 'PLAY' } },
    });
  });

  it('says why a source could not be opened, also when the details cannot be cloned', async () => {
    const bench = new Bench(() =>
      Promise.reject(new MediaError('SOURCE_REFUSED', 'no', { details: { callback: () => undefined } })),
    );
    await settled();
    expect(bench.replies).toEqual([
      { type: 'failed', id: 1, error: { code: 'SOURCE_REFUSED', message: 'no', details: {} } },
    ]);
  });

  it('closes an open source with a goodbye, and aborts one without', async () => {
    const polite = new Bench();
    await settled();
    polite.host.take({ type: 'close', id: 1, goodbye: true });
    await settled();
    expect(polite.closed).toBe(1);
    expect(polite.opening?.signal.aborted).toBe(false);
    expect(polite.replies.at(-1)).toEqual({ type: 'closed', id: 1 });

    const abrupt = new Bench();
    await settled();
    abrupt.host.take({ type: 'close', id: 1, goodbye: false });
    await settled();
    expect(abrupt.opening?.signal.aborted).toBe(true);
  });

  it('answers the closing of what it does not know', async () => {
    const bench = new Bench();
    bench.host.take({ type: 'close', id: 99, goodbye: true });
    await settled();
    expect(bench.replies).toContainEqual({ type: 'closed', id: 99 });
  });

  it('opens with the password, and posts its log lines with their fields', async () => {
    const bench = new Bench();
    await settled();
    expect(bench.opening?.source.password?.reveal()).toBe('p');
    bench.opening?.logger.child({ track: 1 }).warn({ code: 'X' }, 'words');
    expect(bench.replies.at(-1)).toEqual({
      type: 'log',
      id: 1,
      level: 'warn',
      fields: { stream: 'a', track: 1, code: 'X' },
      message: 'words',
    });
  });
});
