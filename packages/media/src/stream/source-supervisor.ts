import { deadline, type Clock } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import { MediaError } from '../media-error.ts';
import type { MediaEvent } from '../sample.ts';
import type { MediaSource, OpenSource } from '../source.ts';
import type { SourceDefinition } from '../source-definition.ts';
import { abortion, orAborted } from './abandon-opening.ts';
import type { EngineLimits } from './engine-limits.ts';
import type { Blame, Pass } from './host-gate.ts';
import type { Hold, HostGates, HostVisit } from './host-gates.ts';
import { BUSY_WAIT_MS } from './login-ledger.ts';
import { PictureWatch } from './picture-watch.ts';
import { busyReason, logTextOf, refusedLoginReason, reasonOf } from './reason-text.ts';
import { RetryPolicy } from './retry-policy.ts';
import type { StreamReason, StreamState } from './stream-status.ts';

/**
 * The one owner of a camera's connection: opens it, watches that pictures come, closes it, decides when to try again; its
 * policy for what is the camera's own, the gate for what it shares with other cameras of the device.
 * The states and their transitions are those of `stream-status.ts`.
 */

export interface SupervisorState {
  readonly state: StreamState;
  readonly reason: StreamReason | undefined;
  /** When `state` was entered, UTC ms. */
  readonly sinceMs: number;
  /** When the trouble began, over all attempts since, UTC ms; undefined without a `reason`. */
  readonly troubleSinceMs: number | undefined;
  /** When the next attempt is due, UTC ms. */
  readonly nextAttemptMs: number | undefined;
}

export interface SourceSupervisorOptions {
  readonly source: SourceDefinition;
  readonly openSource: OpenSource;
  readonly gates: HostGates;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: Pick<EngineLimits, 'stallMs' | 'openTimeoutMs' | 'closeTimeoutMs'>;
  /** See `OpenSourceOptions.askForKeyframe`. */
  readonly askForKeyframe?: (() => void) | undefined;
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
  readonly #visit: HostVisit;
  #current: SupervisorState;
  /** Ends the running loop; undefined while at rest. */
  #stopper: AbortController | undefined;
  /** Resolves when the last loop has closed its source. */
  #finished: Promise<void> = Promise.resolve();
  #wakeUp: (() => void) | undefined;
  #source: MediaSource | undefined;
  /** It was open once: its login is right. */
  #hasWorked = false;

  constructor(options: SourceSupervisorOptions) {
    this.#options = options;
    this.#policy = new RetryPolicy(options.random);
    this.#visit = options.gates.visit(options.source, {
      wake: () => this.#wakeUp?.(),
      onSignOfLife: () => {
        if (this.#wakeUp === undefined) return;
        this.#policy.hurry(options.clock.monotonic(), 'sign');
        this.#wakeUp();
      },
    });
    this.#current = {
      state: 'idle',
      reason: undefined,
      sinceMs: options.clock.now(),
      troubleSinceMs: undefined,
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

  /** For half an hour nothing came, and it is hardly tried any more. */
  get isParked(): boolean {
    return this.#policy.isParked(this.#options.clock.monotonic()) || this.#visit.isParked;
  }

  get attemptsLastHour(): number {
    return this.#policy.attemptsLastHour(this.#options.clock.monotonic());
  }

  /** Begins to pull. Does nothing when it does already. */
  start(): void {
    if (this.#stopper) return;
    this.#policy.resume(this.#options.clock.monotonic());
    const stopper = new AbortController();
    this.#stopper = stopper;
    this.#finished = this.#finished.then(() => this.#run(stopper.signal));
  }

  /** Somebody wants to watch: a wait for the next attempt is cut short when that is allowed. Returns whether it was. */
  hurry(): boolean {
    if (!this.#wakeUp || this.#current.state !== 'retrying' || !this.#wish()) return false;
    this.#wakeUp();
    return true;
  }

  /** Somebody waits for a key frame: the camera is asked for one, where it can be. */
  requestKeyframe(): void {
    this.#source?.requestKeyframe?.();
  }

  /** Closes the source and rests; `stopped` for good. Resolves when the camera was told, or did not listen in time. */
  stop(state: 'idle' | 'stopped' = 'idle'): Promise<void> {
    this.#stopper?.abort(new MediaError('SOURCE_CLOSED', 'nobody needs the source any more'));
    this.#stopper = undefined;
    this.#policy.rest(this.#options.clock.monotonic());
    const { reason } = this.#current;
    this.#enter(state, state === 'idle' ? reason : undefined);
    if (state === 'stopped') void this.#finished.then(() => this.#visit.leave());
    return this.#finished;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    this.#wish();
    for (;;) {
      const pass = await this.#takeTurn(signal);
      if (pass === undefined) return;
      await this.#sleep(signal, pass.delayMs, 'deaf');
      if (signal.aborted) {
        pass.abandoned();
        return;
      }
      this.#policy.attempt(clock.monotonic());
      const { error, blame } = await this.#attempt(signal, pass);
      if (signal.aborted) return;
      const reason = this.#judge(error, blame);
      this.#enter('retrying', reason, clock.now() + this.#waitMs);
      logger.warn(
        { code: reason.code, error: logTextOf(error), retryInMs: Math.round(this.#waitMs) },
        'camera source failed',
      );
    }
  }

  /** Ms until the source may ask for its turn. */
  get #waitMs(): number {
    return Math.max(this.#policy.waitMs(this.#options.clock.monotonic()), this.#visit.hold?.waitMs ?? 0);
  }

  /** Somebody wants to watch: whether an attempt may begin now. */
  #wish(): boolean {
    if ((this.#visit.hold?.why ?? 'host') !== 'host') return false;
    return this.#policy.hurry(this.#options.clock.monotonic(), 'wish') && this.#visit.wish();
  }

  /** Waits for its own next attempt, then for its turn at the gate. Undefined when `signal` aborted. */
  async #takeTurn(signal: AbortSignal): Promise<Pass | undefined> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      const waitMs = this.#waitMs;
      if (waitMs > 0) {
        this.#visit.leaveQueue();
        this.#showWait(clock.now() + waitMs);
        await this.#sleep(signal, waitMs);
        continue;
      }
      if (this.#current.state !== 'connecting') this.#enter('connecting', this.#current.reason);
      const pass = this.#visit.enter();
      if (pass !== undefined) return pass;
      await this.#sleep(signal, undefined);
    }
    this.#visit.leaveQueue();
    return undefined;
  }

  #showWait(nextAttemptMs: number): void {
    const { hold } = this.#visit;
    if (hold !== undefined) this.#policy.noteFailing(this.#options.clock.monotonic());
    const { state, reason, nextAttemptMs: shownMs } = this.#current;
    const why = hold === undefined ? reason : HELD[hold.why];
    const isShown = Math.abs(nextAttemptMs - (shownMs ?? 0)) < SAME_TIME_MS;
    if (state === 'retrying' && reason?.code === why?.code && isShown) return;
    this.#enter('retrying', why, nextAttemptMs);
  }

  /** Takes what an attempt ended with into account. */
  #judge(error: unknown, blame: Blame): StreamReason {
    const nowMs = this.#options.clock.monotonic();
    const reason = reasonOf(error);
    switch (blame) {
      case 'host':
        this.#policy.noteFailing(nowMs);
        return HELD.host;
      case 'busy':
        this.#policy.failed('SOURCE_REFUSED', nowMs, BUSY_WAIT_MS);
        return busyReason;
      default:
        this.#policy.failed(reason.code, nowMs);
        return this.#policy.isLoginRefused || this.#visit.hold?.why === 'login' ? refusedLoginReason : reason;
    }
  }

  /** Opens the source and stays until it ends. Returns what it ended with, and whose trouble that is. */
  async #attempt(
    signal: AbortSignal,
    pass: Pass,
  ): Promise<{ readonly error: unknown; readonly blame: Blame }> {
    const { clock, limits, openSource, source, logger, askForKeyframe } = this.#options;
    const watch = new PictureWatch(clock, limits.stallMs);
    const opening = deadline(
      clock,
      limits.openTimeoutMs,
      () => new MediaError('NO_KEYFRAME', 'the camera sent no key frame in time'),
      signal,
    );
    using stopped = abortion(signal);
    using late = abortion(opening.signal);
    let liveSinceMs: number | undefined;
    let isOpen = false;
    let isOver = false;
    const onEvent = (event: MediaEvent): void => {
      if (isOver || signal.aborted) return;
      if (isSignOfLife(event)) {
        watch.saw();
        if (liveSinceMs === undefined && isBeginning(event)) {
          liveSinceMs = clock.monotonic();
          opening[Symbol.dispose]();
          this.#enter('live', undefined);
          this.#visit.live();
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
        openSource({
          source,
          onEvent,
          onWaitingForKeyframe,
          askForKeyframe,
          clock,
          logger,
          signal: opening.signal,
        }),
        late.promise,
      );
      isOpen = true;
      this.#hasWorked = true;
      pass.opened();
      await Promise.race([this.#source.ended, watch.failure, late.promise, stopped.promise]);
      return { error: new MediaError('SOURCE_CLOSED', 'the source ended'), blame: 'camera' };
    } catch (error) {
      if (isOpen) return { error, blame: 'camera' };
      if (!signal.aborted) return { error, blame: pass.failed(error, this.#hasWorked) };
      pass.abandoned();
      return { error, blame: 'camera' };
    } finally {
      isOver = true;
      opening[Symbol.dispose]();
      watch.stop();
      if (liveSinceMs !== undefined) this.#policy.wasLive(clock.monotonic() - liveSinceMs);
      this.#tellGone();
      await this.#closeSource();
      if (isOpen) this.#visit.closed();
    }
  }

  /** A fault of ours in finishing what a source left must not end the loop that opens it again. */
  #tellGone(): void {
    try {
      this.#options.onSourceGone();
    } catch (error) {
      this.#options.logger.error(
        { error: logTextOf(error) },
        'what a lost source left could not be finished',
      );
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

  /** Rests until woken (unless `deaf`), aborted, or `waitMs` are over. */
  async #sleep(signal: AbortSignal, waitMs: number | undefined, hearing?: 'deaf'): Promise<void> {
    const { clock } = this.#options;
    if (signal.aborted || waitMs === 0) return;
    await new Promise<void>((resolve) => {
      const finish = () => {
        timer?.cancel();
        signal.removeEventListener('abort', finish);
        this.#wakeUp = undefined;
        resolve();
      };
      const timer = waitMs === undefined ? undefined : clock.setTimer(waitMs, finish, { unref: true });
      signal.addEventListener('abort', finish, { once: true });
      if (hearing !== 'deaf') this.#wakeUp = finish;
    });
  }

  #enter(state: StreamState, reason: StreamReason | undefined, nextAttemptMs?: number): void {
    const nowMs = this.#options.clock.now();
    const troubleSinceMs = reason && (this.#current.troubleSinceMs ?? nowMs);
    this.#current = { state, reason, sinceMs: nowMs, troubleSinceMs, nextAttemptMs };
    this.#options.onState(this.#current);
  }
}

/** Next attempts that are closer than this are not announced anew. */
const SAME_TIME_MS = 500;

function isSignOfLife(event: MediaEvent): boolean {
  if (event.type === 'sample') return event.sample.kind === 'video';
  return event.type === 'unchanged' || event.type === 'relay';
}

/** With it there is something to see. */
function isBeginning(event: MediaEvent): boolean {
  return event.type === 'relay' || (event.type === 'sample' && event.sample.keyframe);
}

const HELD: Readonly<Record<Hold, StreamReason>> = {
  host: reasonOf(new MediaError('SOURCE_UNREACHABLE', 'nothing answers there')),
  login: refusedLoginReason,
  busy: busyReason,
};
