/** The smallest value of the last five to ten seconds, in constant memory: the minimum of this window and the one before. */
const WINDOW_MS = 5000;

export class SlidingMinimum {
  #windowStartMs: number | undefined;
  #current: number | undefined;
  #previous: number | undefined;

  /** Undefined before the first value. */
  get value(): number | undefined {
    if (this.#current === undefined) return undefined;
    return Math.min(this.#current, this.#previous ?? this.#current);
  }

  /** Adds `value`, seen at `nowMs` (monotonic). */
  add(value: number, nowMs: number): void {
    this.#windowStartMs ??= nowMs;
    if (nowMs - this.#windowStartMs >= WINDOW_MS) {
      this.#previous = this.#current;
      this.#current = undefined;
      this.#windowStartMs = nowMs;
    }
    this.#current = Math.min(value, this.#current ?? value);
  }

  reset(): void {
    this.#windowStartMs = undefined;
    this.#current = undefined;
    this.#previous = undefined;
  }
}
