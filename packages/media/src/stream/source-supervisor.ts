import { abortReason, deadline, type Clock } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import { MediaError } from '../media-error.ts';
import type { MediaEvent } from '../sample.ts';
import type { MediaSource, OpenSource } from '../source.ts';
import type { SourceDefinition } from '../source-definition.ts';
import type { EngineLimits } from './engine-limits.ts';
import { logTextOf, reasonOf } from './reason-text.ts';
import { RetryPolicy } from './retry-policy.ts';
import type { StreamReason, StreamState } from './stream-status.ts';

/**
 * The one owner of a camera's connection: opens it, watches that pictures come, closes it, decides when to try again.
 * The states and their transitions are those of `stream-status.ts`.
 */

export interface SupervisorState {
  readonly state: StreamState;
  readonly reason: StreamReason | undefined;
  /** When `state` was entered, UTC ms. */
  readonly sinceMs: number;
  /** When the next attempt is due, UTC ms. */
  readonly nextAttemptMs: number | undefined;
}

export interface SourceSupervisorOptions {
  readonly source: SourceDefinition;
  readonly openSource: OpenSource;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: Pick<EngineLimits, 'stallMs' | 'openTimeoutMs' | 'closeTimeoutMs'>;
  /** What the open source emits. */
  readonly onEvent: (event: MediaEvent) => void;
  /** The source was lost or closed: media time will not continue. */
  readonly onSourceGone: () => void;
  readonly onState: (state: SupervisorState) => void;
  readonly random?: () => number;
}

export class SourceSupervisor {
  readonly #options: SourceSupervisorOptions;
  readonly #policy: RetryPolicy;
  #current: SupervisorState;
  /** Ends the running loop; undefined while at rest. */
  #stopper: AbortController | undefined;
  /** Resolves when the last loop has closed its source. */
  #finished: Promise<void> = Promise.resolve();
  #wakeUp: (() => void) | undefined;
  #source: MediaSource | undefined;

  constructor(options: SourceSupervisorOptions) {
    this.#options = options;
    this.#policy = new RetryPolicy(options.random);
    this.#current = {
      state: 'idle',
      reason: undefined,
      sinceMs: options.clock.now(),
      nextAttemptMs: undefined,
    };
  }

  get current(): SupervisorState {
    return this.#current;
  }

  get isRunning(): boolean {
    return this.#stopper !== undefined;
  }

  /** Packets lost since the source was opened. */
  get lostPackets(): number {
    return this.#source?.lostPackets ?? 0;
  }

  /** Begins to pull. Does nothing when it does already. */
  start(): void {
    if (this.#stopper) return;
    const stopper = new AbortController();
    this.#stopper = stopper;
    this.#finished = this.#finished.then(() => this.#run(stopper.signal));
  }

  /** Somebody wants to watch: a wait for the next attempt is cut short when the policy allows it. Returns whether it was. */
  hurry(): boolean {
    if (!this.#wakeUp || !this.#policy.mayHurry(this.#options.clock.monotonic())) return false;
    this.#wakeUp();
    return true;
  }

  /** Somebody waits for a key frame: the camera is asked for one, where it can be. */
  requestKeyframe(): void {
    this.#source?.requestKeyframe?.();
  }

  /** Closes the source and rests. Resolves when the camera was told, or did not listen in time. */
  stop(state: 'idle' | 'stopped' = 'idle'): Promise<void> {
    this.#stopper?.abort(new MediaError('SOURCE_CLOSED', 'nobody needs the source any more'));
    this.#stopper = undefined;
    const { reason } = this.#current;
    this.#enter(state, state === 'idle' ? reason : undefined);
    return this.#finished;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    let isResuming = true;
    while (!signal.aborted) {
      const isPolicyWait = this.#policy.waitMs(clock.monotonic()) > 0;
      if (isPolicyWait && !(isResuming && this.#policy.mayHurry(clock.monotonic()))) await this.#wait(signal);
      isResuming = false;
      if (signal.aborted) return;
      this.#policy.attempt(clock.monotonic());
      const error = await this.#attempt(signal);
      if (signal.aborted) return;
      const reason = reasonOf(error);
      this.#policy.failed(reason.code, clock.monotonic());
      const waitMs = this.#policy.waitMs(clock.monotonic());
      logger.warn(
        { code: reason.code, error: logTextOf(error), retryInMs: Math.round(waitMs) },
        'camera source failed',
      );
      this.#enter('retrying', this.#withLoginAdvice(reason), clock.now() + waitMs);
    }
  }

  #withLoginAdvice(reason: StreamReason): StreamReason {
    if (!this.#policy.isLoginRefused) return reason;
    return {
      ...reason,
      message: `${reason.message} Waiting ten minutes so that the camera does not lock the account.`,
    };
  }

  /** Opens the source and stays until it ends. Returns what it ended with. */
  async #attempt(signal: AbortSignal): Promise<unknown> {
    const { clock, limits, openSource, source, logger } = this.#options;
    this.#enter('connecting', this.#current.reason);
    const watch = new PictureWatch(this.#options);
    const opening = deadline(
      clock,
      limits.openTimeoutMs,
      () => new MediaError('NO_KEYFRAME', 'the camera sent no key frame in time'),
      signal,
    );
    using stopped = abortion(signal);
    using late = abortion(opening.signal);
    let liveSinceMs: number | undefined;
    let isOver = false;
    const onEvent = (event: MediaEvent): void => {
      if (isOver || signal.aborted) return;
      if (event.type === 'sample' && event.sample.kind === 'video') {
        watch.saw();
        if (liveSinceMs === undefined && event.sample.keyframe) {
          liveSinceMs = clock.monotonic();
          opening[Symbol.dispose]();
          this.#enter('live', undefined);
        }
      }
      try {
        this.#options.onEvent(event);
      } catch (error) {
        watch.fail(error);
      }
    };
    const onWaitingForKeyframe = (): void => {
      if (liveSinceMs !== undefined) watch.saw();
    };
    try {
      // The abort must win even against a source that does not listen to its signal.
      this.#source = await orAborted(
        openSource({ source, onEvent, onWaitingForKeyframe, clock, logger, signal: opening.signal }),
        late.promise,
      );
      await Promise.race([this.#source.ended, watch.failure, late.promise, stopped.promise]);
      return new MediaError('SOURCE_CLOSED', 'the source ended');
    } catch (error) {
      return error;
    } finally {
      isOver = true;
      opening[Symbol.dispose]();
      watch.stop();
      if (liveSinceMs !== undefined) this.#policy.wasLive(clock.monotonic() - liveSinceMs);
      this.#options.onSourceGone();
      await this.#closeSource();
    }
  }

  async #closeSource(): Promise<void> {
    const source = this.#source;
    this.#source = undefined;
    if (!source) return;
    const { clock, limits, logger } = this.#options;
    using limit = deadline(
      clock,
      limits.closeTimeoutMs,
      () => new MediaError('SOURCE_TIMEOUT', 'no goodbye from the camera'),
    );
    using tooLong = abortion(limit.signal);
    source.ended.catch(() => undefined);
    try {
      await Promise.race([source.close(), tooLong.promise]);
    } catch (error) {
      logger.debug({ error: logTextOf(error) }, 'closing the camera source failed');
    }
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const waitMs = this.#policy.waitMs(clock.monotonic());
    if (this.#current.state !== 'retrying')
      this.#enter('retrying', this.#current.reason, clock.now() + waitMs);
    await new Promise<void>((resolve) => {
      const finish = () => {
        timer.cancel();
        signal.removeEventListener('abort', finish);
        this.#wakeUp = undefined;
        resolve();
      };
      const timer = clock.setTimer(waitMs, finish, { unref: true });
      signal.addEventListener('abort', finish, { once: true });
      this.#wakeUp = finish;
    });
  }

  #enter(state: StreamState, reason: StreamReason | undefined, nextAttemptMs?: number): void {
    this.#current = { state, reason, sinceMs: this.#options.clock.now(), nextAttemptMs };
    this.#options.onState(this.#current);
  }
}

/** Fails when no picture came for `stallMs`, beginning with the first one. */
class PictureWatch {
  readonly failure: Promise<never>;
  readonly #clock: Clock;
  readonly #timer: { cancel(): void };
  #reject: (error: unknown) => void = () => undefined;
  #lastMs: number | undefined;

  constructor(options: SourceSupervisorOptions) {
    const { clock, limits } = options;
    this.#clock = clock;
    this.failure = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    this.failure.catch(() => undefined);
    this.#timer = clock.setRepeating(
      Math.max(100, limits.stallMs / 10),
      () => {
        if (this.#lastMs === undefined || clock.monotonic() - this.#lastMs < limits.stallMs) return;
        this.fail(new MediaError('SOURCE_TIMEOUT', 'the camera sent no picture for too long'));
      },
      { unref: true },
    );
  }

  saw(): void {
    this.#lastMs = this.#clock.monotonic();
  }

  fail(error: unknown): void {
    this.#reject(error);
  }

  stop(): void {
    this.#timer.cancel();
  }
}

/** A promise that rejects with the signal's reason; dispose it so that a long-lived signal does not collect listeners. */
function abortion(signal: AbortSignal): { readonly promise: Promise<never>; [Symbol.dispose](): void } {
  let onAbort = (): void => undefined;
  const promise = new Promise<never>((_, reject) => {
    onAbort = () => reject(abortReason(signal));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  promise.catch(() => undefined);
  return { promise, [Symbol.dispose]: () => signal.removeEventListener('abort', onAbort) };
}

/** `opening`, or a failure of `aborted` when that comes first; a source that opens afterwards is closed again. */
async function orAborted(opening: Promise<MediaSource>, aborted: Promise<never>): Promise<MediaSource> {
  let isAbandoned = false;
  opening.then(
    (source) => {
      if (!isAbandoned) return;
      source.ended.catch(() => undefined);
      source.close().catch(() => undefined);
    },
    () => undefined,
  );
  try {
    return await Promise.race([opening, aborted]);
  } catch (error) {
    isAbandoned = true;
    throw error;
  }
}
