/**
 * How long a frame lasts, guessed when it is made: the next one, which would tell, is still to come, and waiting for it
 * would cost every viewer a frame of latency. The median of the last distances shrugs off single gaps.
 */
const REMEMBERED = 5;

export class FrameDuration {
  readonly #distances: number[] = [];
  readonly #initial: number;

  /** @param initial ticks, until distances are known. */
  constructor(initial: number) {
    this.#initial = initial;
  }

  /** Adds the distance between two frames, ticks, > 0. */
  add(distance: number): void {
    this.#distances.push(distance);
    if (this.#distances.length > REMEMBERED) this.#distances.shift();
  }

  /** Ticks, at least 1. */
  get estimate(): number {
    const sorted = this.#distances.toSorted((a, b) => a - b);
    return Math.max(1, sorted[sorted.length >> 1] ?? this.#initial);
  }
}
