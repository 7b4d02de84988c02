/**
 * Puts a body together whose pieces may be single bytes: chunks of one byte each would cost a hundred times their size if they were
 * kept as they come.
 */
const INITIAL_BYTES = 16 * 1024;

export class ByteSink {
  #bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  #length = 0;

  get byteLength(): number {
    return this.#length;
  }

  /** Adds a copy of a piece. How much there may be is for the caller to watch. */
  add(piece: Buffer): void {
    const needed = this.#length + piece.length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    piece.copy(this.#bytes, this.#length);
    this.#length = needed;
  }

  /** What was added, in memory of its own. */
  copy(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }
}
