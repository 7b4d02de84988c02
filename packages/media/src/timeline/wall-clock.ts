/**
 * Wall time of samples: when they arrived, without the network's jitter, and never running backwards.
 *
 * The offset between media time and the server's clock is followed slowly, faster downwards than upwards, because
 * arrival is never early. The server's clock being stepped forward is followed after a few seconds; stepped back, wall
 * time goes on and loses the difference little by little. The camera's own idea of the date is not asked: it is off by
 * hours on many.
 */
const FOLLOW_DOWN = 0.05;
const FOLLOW_UP = 0.01;
/** At first the smallest delay is taken as it comes: the first frames arrive in a burst, late. */
const SETTLING_MS = 3000;
const STEP_MS = 2000;
const STEP_CONFIRMED_AFTER_MS = 5000;

export class WallClock {
  #offsetMs: number | undefined;
  #firstMediaMs = 0;
  #lastMediaMs = 0;
  #aheadSinceMs: number | undefined;

  /** Learns from a sample at media time `mediaMs` (rising) that arrived at `arrivalMs`, UTC. */
  add(mediaMs: number, arrivalMs: number): void {
    const offsetMs = arrivalMs - mediaMs;
    const elapsedMs = Math.max(0, mediaMs - this.#lastMediaMs);
    this.#lastMediaMs = mediaMs;
    if (this.#offsetMs === undefined) {
      this.#offsetMs = offsetMs;
      this.#firstMediaMs = mediaMs;
      return;
    }
    const errorMs = offsetMs - this.#offsetMs;
    if (errorMs <= STEP_MS) this.#aheadSinceMs = undefined;
    else this.#aheadSinceMs ??= mediaMs;
    if (this.#aheadSinceMs !== undefined && mediaMs - this.#aheadSinceMs >= STEP_CONFIRMED_AFTER_MS) {
      this.#offsetMs = offsetMs;
      this.#aheadSinceMs = undefined;
    } else if (errorMs < 0) {
      const isSettling = mediaMs - this.#firstMediaMs < SETTLING_MS && errorMs > -STEP_MS;
      this.#offsetMs += isSettling ? errorMs : Math.max(errorMs, -elapsedMs * FOLLOW_DOWN);
    } else {
      this.#offsetMs += Math.min(errorMs, elapsedMs * FOLLOW_UP);
    }
  }

  /** UTC ms of media time `mediaMs`, rounded; undefined before the first `add`. */
  findWallMs(mediaMs: number): number | undefined {
    return this.#offsetMs === undefined ? undefined : Math.round(mediaMs + this.#offsetMs);
  }
}
