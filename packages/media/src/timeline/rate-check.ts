/**
 * Tells timestamps that have nothing to do with time (constant ones, a clock at half the announced rate) from a network
 * that stalls and catches up: the former stay wrong in the same direction, window after window.
 */
const WINDOW_MS = 4000;
/** Ratio of timestamp time to arrival time beyond which a window counts as wrong. */
const SLOW = 0.7;
const FAST = 1.4;
const WINDOWS_NEEDED = 3;
/** Equal timestamps in a row that prove them to be constant. */
const EQUAL_NEEDED = 3;
/** Windows that are wrong by less are the drift of two clocks. */
const DRIFT_SHARE = 0.01;
/** Windows in a row, all off in one direction, that add up to more than a camera holds back when the network is slow. */
const STEADY_WINDOWS = 5;
const STEADY_ASTRAY_MS = 3000;
/** Timestamps that came away from arrival by so much, in whatever steps, are useless. A cached GOP at the start is less. */
const MAX_ASTRAY_MS = 60_000;

export class RateCheck {
  #start: { readonly timeMs: number; readonly arrivalMs: number } | undefined;
  #direction = 0;
  #windows = 0;
  /** Timestamp time minus arrival time, summed over the windows. */
  #astrayMs = 0;
  /** The same over the last windows that were all off in one direction. */
  #steadyMs = 0;
  #steadyWindows = 0;
  #equal = 0;
  #lastMs: number | undefined;

  /**
   * Takes the next frame.
   * @param timeMs its timestamp as time, unwrapped.
   * @param arrivalMs when it came, monotonic.
   * @returns true once the timestamps are proved to be useless.
   */
  add(timeMs: number, arrivalMs: number): boolean {
    this.#equal = timeMs === this.#lastMs ? this.#equal + 1 : 0;
    this.#lastMs = timeMs;
    this.#start ??= { timeMs, arrivalMs };
    const elapsedMs = arrivalMs - this.#start.arrivalMs;
    const aheadMs = timeMs - this.#start.timeMs - elapsedMs;
    const isAstray = Math.abs(this.#astrayMs + aheadMs) > MAX_ASTRAY_MS;
    if (elapsedMs >= WINDOW_MS) {
      this.#endWindow(aheadMs, elapsedMs);
      this.#start = { timeMs, arrivalMs };
    }
    const isWrongRate = this.#direction !== 0 && this.#windows >= WINDOWS_NEEDED;
    const isSteadilyWrong =
      this.#steadyWindows >= STEADY_WINDOWS && Math.abs(this.#steadyMs) > STEADY_ASTRAY_MS;
    return isAstray || isWrongRate || isSteadilyWrong || this.#equal >= EQUAL_NEEDED;
  }

  /** Starts a new window, after a jump or a gap. */
  restart(): void {
    this.#start = undefined;
    this.#lastMs = undefined;
    this.#equal = 0;
  }

  #endWindow(aheadMs: number, elapsedMs: number): void {
    const ratio = 1 + aheadMs / elapsedMs;
    const direction = ratio < SLOW ? -1 : ratio > FAST ? 1 : 0;
    this.#windows = direction !== 0 && direction === this.#direction ? this.#windows + 1 : 1;
    this.#direction = direction;
    const isDrift = Math.abs(aheadMs) <= elapsedMs * DRIFT_SHARE;
    if (!isDrift) this.#astrayMs += aheadMs;
    const isSteady = !isDrift && Math.sign(aheadMs) === Math.sign(this.#steadyMs || aheadMs);
    this.#steadyMs = isDrift ? 0 : isSteady ? this.#steadyMs + aheadMs : aheadMs;
    this.#steadyWindows = isDrift ? 0 : isSteady ? this.#steadyWindows + 1 : 1;
  }
}
