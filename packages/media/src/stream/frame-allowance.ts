/**
 * How many frames and parts of a stream go out one by one. Each is a message to every viewer, so a camera of ten thousand tiny pictures
 * a second, or one whose time runs away, would cost the thread more than all others together: beyond a rate that no honest camera has,
 * frames go out several at once.
 */
import type { Clock } from '@pantau/base/clock';

/** Honest cameras have up to 60, a few 120. */
const PER_SECOND = 125;
/** What a camera held back while its network was slow comes all at once: ten seconds of it. */
const BURST = 250;

export class FrameAllowance {
  readonly #clock: Clock;
  #left = BURST;
  #sinceMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.monotonic();
  }

  /** Whether one may go out now. */
  take(): boolean {
    const nowMs = this.#clock.monotonic();
    this.#left = Math.min(BURST, this.#left + ((nowMs - this.#sinceMs) / 1000) * PER_SECOND);
    this.#sinceMs = nowMs;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
