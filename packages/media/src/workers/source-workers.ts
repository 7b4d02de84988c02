/**
 * Sources on worker threads: an `OpenSource` that spreads cameras over a number of threads, so that reading sockets and
 * putting pictures together uses more than one core. What is behind a source (supervisor, muxer, viewers) stays where it
 * was, and does not notice.
 *
 *   Stream ── openSource ──► SourceWorkers ──► the least busy thread ── SourceHost ── RTSP …
 *     ▲                                              │
 *     └────────── events, one message a turn ────────┘
 *
 * A thread that fails takes its own cameras with it: their supervisors open them again, on a new thread.
 */
import { Backoff } from '@pantau/base/backoff';
import type { Clock, Timer } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import { MediaError } from '../media-error.ts';
import type { MediaSource, OpenSourceOptions } from '../source.ts';
import { SourceWorkerThread } from './source-worker-thread.ts';

export interface SourceWorkersOptions {
  /** Threads, at least 1. */
  readonly count: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Replaces the workers' program, in tests of their failures. */
  readonly program?: URL;
}

interface Slot {
  thread: SourceWorkerThread | undefined;
  readonly backoff: Backoff;
  /** No thread is started before this, monotonic ms. */
  notBeforeMs: number;
  /** Media bytes per second, smoothed. */
  load: number;
}

const LOAD_INTERVAL_MS = 5_000;
/** Share of the newest look in the smoothed load. */
const LOAD_SHARE = 0.3;
/** What a camera counts whose bitrate is not known yet, bytes per second. */
const ASSUMED_LOAD = 250_000;
/** A thread that has lived so long has proved itself, ms. */
const SETTLED_MS = 60_000;

export class SourceWorkers implements AsyncDisposable {
  readonly #options: SourceWorkersOptions;
  readonly #slots: readonly Slot[];
  readonly #timer: Timer;
  #isClosed = false;

  constructor(options: SourceWorkersOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: Math.max(1, options.count) }, () => ({
      thread: undefined,
      backoff: new Backoff({ initialMs: 100, maxMs: 30_000 }),
      notBeforeMs: 0,
      load: 0,
    }));
    this.#timer = options.clock.setRepeating(LOAD_INTERVAL_MS, () => this.#look(), { unref: true });
  }

  /** Sources open on each thread, for figures and tests. */
  get sizes(): readonly number[] {
    return this.#slots.map(({ thread }) => thread?.size ?? 0);
  }

  /** An `OpenSource`. @throws MediaError as the source does; SOURCE_CLOSED when no thread can be had at the moment. */
  readonly open = (options: OpenSourceOptions): Promise<MediaSource> => {
    if (this.#isClosed) return Promise.reject(new MediaError('ENGINE_STOPPING', 'the engine is stopping'));
    const nowMs = this.#options.clock.monotonic();
    const usable = this.#slots.filter(
      ({ thread, notBeforeMs }) => thread !== undefined || notBeforeMs <= nowMs,
    );
    const [slot] = usable.toSorted((a, b) => expectedLoad(a) - expectedLoad(b));
    if (slot === undefined) {
      return Promise.reject(
        new MediaError(
          'SOURCE_CLOSED',
          'The part of the server that reads cameras failed; it is being restarted',
        ),
      );
    }
    slot.thread ??= this.#start(slot);
    return slot.thread.open(options);
  };

  /** Ends all threads. Close the sources before. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#timer.cancel();
    await Promise.all(
      this.#slots.flatMap(({ thread }) => (thread === undefined ? [] : [thread.terminate()])),
    );
  }

  #start(slot: Slot): SourceWorkerThread {
    const { clock, logger, program } = this.#options;
    const startedMs = clock.monotonic();
    return new SourceWorkerThread({
      program: program ?? new URL('./source-worker.ts', import.meta.url),
      onCrash: (_thread, error) => {
        const nowMs = clock.monotonic();
        if (nowMs - startedMs >= SETTLED_MS) slot.backoff.reset();
        slot.thread = undefined;
        slot.load = 0;
        slot.notBeforeMs = nowMs + slot.backoff.next();
        logger.error({ error: error.message }, 'a source worker failed; its cameras are opened again');
      },
    });
  }

  #look(): void {
    for (const slot of this.#slots) {
      const perSecond = ((slot.thread?.drainLoad() ?? 0) * 1000) / LOAD_INTERVAL_MS;
      slot.load = slot.load * (1 - LOAD_SHARE) + perSecond * LOAD_SHARE;
    }
  }
}

/** What a thread carries, where new cameras count before their bytes do. */
function expectedLoad({ thread, load }: Slot): number {
  return Math.max(load, (thread?.size ?? 0) * ASSUMED_LOAD * 0.5);
}
