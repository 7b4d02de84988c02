import { Backoff } from '@pantau/base/backoff';
import type { MediaErrorCode } from '../media-error.ts';

/**
 * When to try a failing camera again. One per source; nothing else in the engine retries.
 *
 *   1 s, 2 s, 4 s … 60 s    while it may be a hiccup
 *   10 min                  after two refused logins in a row: more would lock the account on many cameras
 *   10 min                  after 30 min without a picture: it is dead
 *
 * Somebody who wants to watch shortens the wait: to 10 s after the last attempt, to 5 min once the camera is dead (so
 * never more than 12 attempts in an hour), not at all while the login is refused.
 */
export class RetryPolicy {
  readonly #backoff: Backoff;
  #refusedLogins = 0;
  #failingSinceMs: number | undefined;
  #lastAttemptMs: number | undefined;
  #nextAttemptMs: number | undefined;

  /** @param random source of the jitter in [0, 1). */
  constructor(random?: () => number) {
    this.#backoff = new Backoff({ initialMs: 1_000, maxMs: 60_000, ...(random ? { random } : {}) });
  }

  /** An attempt begins. */
  attempt(nowMs: number): void {
    this.#lastAttemptMs = nowMs;
    this.#nextAttemptMs = undefined;
  }

  /** It delivered pictures for `liveMs`. A camera that falls over at once keeps its place in the backoff. */
  wasLive(liveMs: number): void {
    this.#failingSinceMs = undefined;
    this.#refusedLogins = 0;
    if (liveMs >= SETTLED_MS) this.#backoff.reset();
  }

  /** The attempt failed or the stream ended: sets when the next one is due. */
  failed(code: MediaErrorCode, nowMs: number): void {
    this.#failingSinceMs ??= nowMs;
    this.#refusedLogins = code === 'SOURCE_UNAUTHORIZED' ? this.#refusedLogins + 1 : 0;
    const delayMs = this.#backoff.next();
    this.#nextAttemptMs = nowMs + this.#lengthen(delayMs, code, nowMs);
  }

  /** Ms until the next attempt; 0 when none is being waited for. */
  waitMs(nowMs: number): number {
    return this.#nextAttemptMs === undefined ? 0 : Math.max(0, this.#nextAttemptMs - nowMs);
  }

  /** Whether a viewer's wish may start an attempt now instead of after the wait. */
  mayHurry(nowMs: number): boolean {
    if (this.isLoginRefused) return false;
    if (this.#lastAttemptMs === undefined) return true;
    return nowMs - this.#lastAttemptMs >= (this.#isDead(nowMs) ? DEAD_HURRY_MS : HURRY_MS);
  }

  /** Two refused logins in a row. */
  get isLoginRefused(): boolean {
    return this.#refusedLogins >= MAX_REFUSED_LOGINS;
  }

  #lengthen(delayMs: number, code: MediaErrorCode, nowMs: number): number {
    if (this.isLoginRefused) return LOGIN_PAUSE_MS;
    if (this.#isDead(nowMs)) return DEAD_INTERVAL_MS;
    return HOPELESS.has(code) ? Math.max(delayMs, HOPELESS_DELAY_MS) : delayMs;
  }

  #isDead(nowMs: number): boolean {
    return this.#failingSinceMs !== undefined && nowMs - this.#failingSinceMs >= DEAD_AFTER_MS;
  }
}

const MAX_REFUSED_LOGINS = 2;
const LOGIN_PAUSE_MS = 600_000;
const DEAD_AFTER_MS = 1_800_000;
const DEAD_INTERVAL_MS = 600_000;
const DEAD_HURRY_MS = 300_000;
const HURRY_MS = 10_000;
const SETTLED_MS = 10_000;
/** What a quick retry will not mend. */
const HOPELESS: ReadonlySet<MediaErrorCode> = new Set([
  'SOURCE_URL_INVALID',
  'SOURCE_ADDRESS_REFUSED',
  'CODEC_UNSUPPORTED',
  'SOURCE_NOT_FOUND',
]);
const HOPELESS_DELAY_MS = 30_000;
