/** Spreads connection attempts over time: one slot after the other, whoever asks. */
export class AttemptPacer {
  readonly #intervalMs: number;
  #freeAtMs = Number.NEGATIVE_INFINITY;

  /** @param perSecond slots in a second. */
  constructor(perSecond: number) {
    this.#intervalMs = 1000 / perSecond;
  }

  /** Ms until a slot is free. */
  backlogMs(nowMs: number): number {
    return Math.max(0, this.#freeAtMs - nowMs);
  }

  /** Takes the next slot. Returns the ms until it begins. */
  reserve(nowMs: number): number {
    const startMs = Math.max(nowMs, this.#freeAtMs);
    this.#freeAtMs = startMs + this.#intervalMs;
    return startMs - nowMs;
  }
}
