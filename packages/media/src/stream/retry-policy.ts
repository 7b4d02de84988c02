import { Backoff } from '@pantau/base/backoff';
import type { MediaErrorCode } from '../media-error.ts';

/**
 * When to try again what fails: one per source for what is the camera's own trouble, one per host for what is not reachable
 * (`host-gate.ts`). Nothing else in the engine retries.
 *
 *   ≤ 1 s, 2 s, 4 s … 60 s   full jitter, at least 0.5 s: while it may be a hiccup
 *   ≥ 30 s                   where a quick retry mends nothing
 *   ≥ 60 s                   while the camera has no session free
 *   30 min                   after two refused logins in a row: more would lock the account on many cameras
 *   8 to 10 min              parked: 30 min without a picture
 *
 * Two things shorten a wait: the wish of a viewer, to 10 s after the last attempt, and a sign of life of the device, to 1 s and
 * after vain ones to 10 s. Once parked there are at most 12 attempts in any hour. Three of them are for wishes, 10, 20 and
 * 40 s after the last one; the last three are for signs of life.
 */
export class RetryPolicy {
  readonly #backoff: Backoff;
  readonly #random: () => number;
  /** The last attempts, oldest first. */
  readonly #attempts: Attempt[] = [];
  #refusedLogins = 0;
  #failingSinceMs: number | undefined;
  /** Since when nobody wants it; that time says nothing about it. */
  #restingSinceMs: number | undefined;
  #nextAttemptMs: number | undefined;
  /** Nobody shortens a wait to before this. */
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #hurriedBy: Hurry | undefined;
  /** Signs of life in a row that led to nothing. */
  #vainSigns = 0;

  /** @param random source of the jitter in [0, 1). */
  constructor(random: () => number = Math.random) {
    this.#random = random;
    this.#backoff = new Backoff({ initialMs: 1_000, maxMs: 60_000, jitter: 1, random });
  }

  /** An attempt begins. */
  attempt(nowMs: number): void {
    this.#attempts.push({ atMs: nowMs, hurriedBy: this.#hurriedBy });
    if (this.#attempts.length > MAX_REMEMBERED) this.#attempts.shift();
    this.#hurriedBy = undefined;
    this.#nextAttemptMs = undefined;
  }

  /** It delivered for `liveMs`. What falls over at once keeps its place in the backoff. */
  wasLive(liveMs: number): void {
    this.#failingSinceMs = undefined;
    this.#refusedLogins = 0;
    if (liveMs < SETTLED_MS) return;
    this.#vainSigns = 0;
    this.#backoff.reset();
  }

  /** Nobody wants it any more. */
  rest(nowMs: number): void {
    this.#restingSinceMs ??= nowMs;
  }

  /** Somebody wants it again. */
  resume(nowMs: number): void {
    const restedMs = nowMs - (this.#restingSinceMs ?? nowMs);
    this.#restingSinceMs = undefined;
    if (this.#failingSinceMs !== undefined) this.#failingSinceMs += restedMs;
  }

  /** It waits for something else that fails, such as its host. */
  noteFailing(nowMs: number): void {
    this.#failingSinceMs ??= nowMs;
  }

  /** The attempt failed or the stream ended: sets when the next one is due. @param leastMs the least wait, whoever wishes. */
  failed(code: MediaErrorCode, nowMs: number, leastMs = 0): void {
    this.noteFailing(nowMs);
    this.#refusedLogins = code === 'SOURCE_UNAUTHORIZED' ? this.#refusedLogins + 1 : 0;
    this.#notBeforeMs = nowMs + leastMs;
    this.#nextAttemptMs = nowMs + Math.max(leastMs, this.#delayMs(code, nowMs));
  }

  /** Ms until the next attempt; 0 when none is being waited for. */
  waitMs(nowMs: number): number {
    return this.#nextAttemptMs === undefined ? 0 : Math.max(0, this.#nextAttemptMs - nowMs);
  }

  /**
   * Ends the wait when `why` may do that.
   * @returns whether an attempt may begin now.
   */
  hurry(nowMs: number, why: Hurry): boolean {
    if (this.waitMs(nowMs) === 0) return true;
    if (!this.#mayHurry(nowMs, why)) return false;
    this.#nextAttemptMs = undefined;
    this.#hurriedBy = why;
    if (why === 'sign') this.#vainSigns++;
    return true;
  }

  /** 30 minutes of failures, not counting the time in which nobody wanted it. */
  isParked(nowMs: number): boolean {
    if (this.#failingSinceMs === undefined) return false;
    return (this.#restingSinceMs ?? nowMs) - this.#failingSinceMs >= PARKED_AFTER_MS;
  }

  /** Two refused logins in a row. */
  get isLoginRefused(): boolean {
    return this.#refusedLogins >= MAX_REFUSED_LOGINS;
  }

  /** Attempts in the last hour; of more than `MAX_REMEMBERED`, that many. */
  attemptsLastHour(nowMs: number): number {
    return this.#attempts.filter(({ atMs }) => nowMs - atMs < HOUR_MS).length;
  }

  #mayHurry(nowMs: number, why: Hurry): boolean {
    if (this.isLoginRefused || nowMs < this.#notBeforeMs) return false;
    const sinceLastMs = nowMs - (this.#attempts.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY);
    const signMs = Math.min(HURRY_MS, SIGN_MS * 2 ** Math.min(this.#vainSigns, 10));
    if (!this.isParked(nowMs)) return sinceLastMs >= (why === 'sign' ? signMs : HURRY_MS);
    const whileParked = this.#attemptsWhileParked(nowMs);
    if (why === 'sign') return whileParked.length < MAX_PARKED_ATTEMPTS && sinceLastMs >= signMs;
    const wishes = whileParked.filter(({ hurriedBy }) => hurriedBy === 'wish').length;
    if (whileParked.length >= MAX_PARKED_UNSIGNED || wishes >= MAX_PARKED_WISHES) return false;
    return sinceLastMs >= HURRY_MS * 2 ** wishes;
  }

  #delayMs(code: MediaErrorCode, nowMs: number): number {
    if (this.isLoginRefused) return LOGIN_PAUSE_MS;
    if (this.isParked(nowMs)) return this.#parkedDelayMs(nowMs);
    const delayMs = Math.max(MIN_DELAY_MS, this.#backoff.next());
    return HOPELESS.has(code) ? Math.max(delayMs, HOPELESS_DELAY_MS) : delayMs;
  }

  /** Hurried attempts are paid for by those that nobody asked for. */
  #parkedDelayMs(nowMs: number): number {
    const delayMs = PARKED_INTERVAL_MS * (1 - PARKED_JITTER * this.#random());
    const whileParked = this.#attemptsWhileParked(nowMs);
    const oldest = whileParked.at(-MAX_PARKED_UNSIGNED);
    return oldest === undefined ? delayMs : Math.max(delayMs, oldest.atMs + HOUR_MS - nowMs);
  }

  #attemptsWhileParked(nowMs: number): readonly Attempt[] {
    const parkedSinceMs = (this.#failingSinceMs ?? nowMs) + PARKED_AFTER_MS;
    return this.#attempts.filter(({ atMs }) => atMs >= parkedSinceMs && nowMs - atMs < HOUR_MS);
  }
}

/** What may shorten a wait. */
type Hurry = 'wish' | 'sign';

interface Attempt {
  /** Monotonic ms. */
  readonly atMs: number;
  readonly hurriedBy: Hurry | undefined;
}

/** How long a login that was refused twice is not tried again: devices that lock an account do so for about that long. */
export const LOGIN_PAUSE_MS = 1_800_000;
export const MAX_REFUSED_LOGINS = 2;

const HOUR_MS = 3_600_000;
const MIN_DELAY_MS = 500;
const PARKED_AFTER_MS = 1_800_000;
const PARKED_INTERVAL_MS = 600_000;
const PARKED_JITTER = 0.2;
const MAX_PARKED_ATTEMPTS = 12;
/** Without a sign of life. */
const MAX_PARKED_UNSIGNED = 9;
const MAX_PARKED_WISHES = 3;
const HURRY_MS = 10_000;
const SIGN_MS = 1_000;
const SETTLED_MS = 10_000;
/** More than the shortest waits allow in an hour are not counted apart. */
const MAX_REMEMBERED = 400;
/** What a quick retry will not mend. */
const HOPELESS: ReadonlySet<MediaErrorCode> = new Set([
  'SOURCE_URL_INVALID',
  'SOURCE_ADDRESS_REFUSED',
  'CODEC_UNSUPPORTED',
  'SOURCE_NOT_FOUND',
]);
const HOPELESS_DELAY_MS = 30_000;
