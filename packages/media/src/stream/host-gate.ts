/**
 * What the cameras behind one host and port share: sixteen channels of one recorder are one device to knock at.
 *
 *   source ── wait ── enter ──► at most 2 opening at once, 50 ms apart ──► Pass ── opened | failed
 *                       │
 *                       └─ while nothing answers there: one source at a time, when the host's own RetryPolicy says so;
 *                          for a viewer a mere TCP connection each 3 s; whoever gets an answer calls all the others
 *
 * It decides when; `SourceSupervisor` opens. Gates and logins die with the last source that uses them.
 */
import type { Clock } from '@pantau/base/clock';
import { MediaError } from '../media-error.ts';
import type { AttemptPacer } from './attempt-pacer.ts';
import type { EngineLimits } from './engine-limits.ts';
import type { LoginLedger, Refusal } from './login-ledger.ts';
import { RetryPolicy } from './retry-policy.ts';

/** A source that waits at the gate. Neither may call back into the gate. */
export interface GateVisitor {
  /** Key of its login in the ledger. */
  readonly login: string;
  /** Something changed: ask again. */
  wake(): void;
  /** Its device was heard of: ask again, and do not wait as long as you would. */
  onSignOfLife(): void;
}

/** The right to make one attempt, `delayMs` from now. Exactly one of its methods is called, once. */
export interface Pass {
  readonly delayMs: number;
  /** The camera plays: the next one may come. */
  opened(): void;
  /** It failed before that. */
  failed(error: unknown, hasWorkedHere: boolean): Blame;
  /** Nobody wants the answer any more. */
  abandoned(): void;
}

/** Whose trouble it is: of all sources at the gate, of the login, or of this camera alone. */
export type Blame = 'host' | 'camera' | Refusal;

/** Connects to host and port and hangs up again. True when something answers; false, never an exception, otherwise. */
export type CheckAlive = (host: string, port: number, signal: AbortSignal) => Promise<boolean>;

export interface HostGateOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly limits: Pick<EngineLimits, 'maxOpeningPerHost' | 'hostSpacingMs' | 'aliveCheckMs'>;
  /** Of the whole engine: attempts, and checks. */
  readonly attempts: AttemptPacer;
  readonly checks: AttemptPacer;
  readonly ledger: LoginLedger;
  readonly checkAlive: CheckAlive | undefined;
  /** The host answered, or an attempt ended: whoever waits at any gate of the host may look again. */
  readonly onAnswer: (gate: HostGate) => void;
  /** A login that others had to wait with is right after all. */
  readonly onLoginWorks: (login: string) => void;
  readonly random: (() => number) | undefined;
}

export class HostGate {
  readonly host: string;
  readonly port: number;
  /** Sources that exist. */
  readonly visitors = new Set<GateVisitor>();
  readonly #options: HostGateOptions;
  /** For "nothing answers there"; whatever else goes wrong is a camera's own. */
  readonly #policy: RetryPolicy;
  readonly #stopper = new AbortController();
  /** Those that may go as far as they know, in order. */
  readonly #queue = new Set<GateVisitor>();
  /** Those of them that were called, and have a place. */
  readonly #called = new Set<GateVisitor>();
  #opening = 0;
  #open = 0;
  #freeAtMs = Number.NEGATIVE_INFINITY;
  #isDown = false;
  #lastCheckMs = Number.NEGATIVE_INFINITY;
  #isChecking = false;

  constructor(options: HostGateOptions) {
    this.#options = options;
    this.host = options.host;
    this.port = options.port;
    this.#policy = new RetryPolicy(options.random);
  }

  /** Nothing answered there last time. */
  get isDown(): boolean {
    return this.#isDown;
  }

  /** Nothing has answered for so long that it is hardly tried any more. */
  isParked(nowMs: number): boolean {
    return this.#isDown && this.#policy.isParked(nowMs);
  }

  /** Ms until the host may be tried. */
  waitMs(nowMs: number): number {
    return this.#isDown ? this.#policy.waitMs(nowMs) : 0;
  }

  /** A pass; or undefined, and `visitor` is woken when it is its turn. */
  enter(visitor: GateVisitor): Pass | undefined {
    const { clock, ledger, limits, attempts } = this.#options;
    const nowMs = clock.monotonic();
    const wasCalled = this.#called.delete(visitor);
    if (!wasCalled && (this.#free <= 0 || ledger.waitMs(visitor.login, nowMs) > 0)) {
      this.#queue.add(visitor);
      return undefined;
    }
    this.#opening++;
    ledger.begin(visitor.login);
    this.#policy.attempt(nowMs);
    const spacingMs = Math.max(0, this.#freeAtMs - nowMs);
    const delayMs = spacingMs + attempts.reserve(nowMs + spacingMs);
    this.#freeAtMs = nowMs + delayMs + limits.hostSpacingMs;
    return {
      delayMs,
      opened: () => {
        if (ledger.accept(visitor.login)) this.#options.onLoginWorks(visitor.login);
        this.#open++;
        this.#answered();
        this.#release();
      },
      failed: (error, hasWorkedHere) => {
        const blame = this.#blame(visitor, error, hasWorkedHere);
        this.#release();
        return blame;
      },
      abandoned: () => {
        ledger.abandon(visitor.login);
        this.#release();
      },
    };
  }

  /** It does not want to go any more. */
  leaveQueue(visitor: GateVisitor): void {
    this.#queue.delete(visitor);
    if (this.#called.delete(visitor)) this.callNext();
  }

  /** A source that was opened is closed. */
  closed(visitor: GateVisitor): void {
    this.#options.ledger.close(visitor.login);
    this.#open--;
  }

  /** A viewer waits: true when the host may be tried for it now; otherwise somebody looks whether anything answers. */
  wish(): boolean {
    const nowMs = this.#options.clock.monotonic();
    if (!this.#isDown || (this.waitMs(nowMs) > 0 && this.#policy.hurry(nowMs, 'wish'))) return true;
    this.#check();
    return false;
  }

  /** The host was heard of: when it was down it is tried again, as far as its policy allows. */
  revive(): void {
    const { clock } = this.#options;
    if (!this.#isDown || !this.#policy.hurry(clock.monotonic(), 'sign')) return;
    this.#isDown = false;
    for (const visitor of this.visitors) visitor.onSignOfLife();
  }

  /** Wakes those whose turn it is, and those who have to wait for something else now. */
  callNext(): void {
    const { clock, ledger } = this.#options;
    const nowMs = clock.monotonic();
    for (const visitor of this.#queue) {
      const waitMs = Math.max(this.waitMs(nowMs), ledger.waitMs(visitor.login, nowMs));
      if (waitMs === Number.POSITIVE_INFINITY || (waitMs === 0 && this.#free <= 0)) continue;
      this.#queue.delete(visitor);
      if (waitMs === 0) this.#called.add(visitor);
      visitor.wake();
    }
  }

  /** The last source is gone. */
  close(): void {
    this.#stopper.abort();
  }

  get #free(): number {
    const places = this.#isDown ? 1 : this.#options.limits.maxOpeningPerHost;
    return places - this.#opening - this.#called.size;
  }

  #release(): void {
    this.#opening--;
    this.#options.onAnswer(this);
  }

  #blame(visitor: GateVisitor, error: unknown, hasWorkedHere: boolean): Blame {
    const { clock, ledger } = this.#options;
    const nowMs = clock.monotonic();
    if (isLoginRefusal(error)) {
      this.#answered();
      return ledger.refuse(visitor.login, nowMs, hasWorkedHere);
    }
    ledger.abandon(visitor.login);
    if (!isUnreachable(error)) {
      this.#answered();
      return 'camera';
    }
    // While others play there, the host is up and this one camera has the trouble.
    if (this.#open > 0) return 'camera';
    this.#isDown = true;
    this.#policy.failed('SOURCE_UNREACHABLE', nowMs);
    return 'host';
  }

  #answered(): void {
    this.#policy.wasLive(Number.POSITIVE_INFINITY);
    if (!this.#isDown) return;
    this.#isDown = false;
    for (const visitor of this.visitors) visitor.onSignOfLife();
  }

  #check(): void {
    const { clock, limits, checks, checkAlive, host, port } = this.#options;
    const nowMs = clock.monotonic();
    if (checkAlive === undefined || this.#isChecking) return;
    if (nowMs - this.#lastCheckMs < limits.aliveCheckMs || checks.backlogMs(nowMs) > 0) return;
    checks.reserve(nowMs);
    this.#lastCheckMs = nowMs;
    this.#isChecking = true;
    const { signal } = this.#stopper;
    void checkAlive(host, port, signal).then((isAlive) => {
      this.#isChecking = false;
      if (isAlive && !signal.aborted) this.revive();
    });
  }
}

/** Nothing answers at the address at all: a refused or unanswered connection, no route, no such name. */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof MediaError)) return false;
  if (error.code === 'SOURCE_UNREACHABLE') return true;
  return error.code === 'SOURCE_TIMEOUT' && error.details?.['systemCode'] === 'ETIMEDOUT';
}

function isLoginRefusal(error: unknown): boolean {
  return error instanceof MediaError && error.code === 'SOURCE_UNAUTHORIZED';
}
