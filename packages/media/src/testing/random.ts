/** Repeatable random numbers for faults: the same seed gives the same losses. Not for secrets. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0 || 0x9e37_79b9;
  }

  /** In [0, 1) (xorshift32). */
  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) / 2 ** 32;
  }

  /** An integer in [0, below). */
  integer(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** True with this probability; 0 draws no number. */
  chance(probability: number): boolean {
    return probability > 0 && this.next() < probability;
  }
}
