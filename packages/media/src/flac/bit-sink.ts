/** Writes bits, most significant first, into a buffer that is used again for every frame and grows as needed. */
export class BitSink {
  #bytes: Buffer = Buffer.alloc(4096);
  #length = 0;
  /** Bits that do not fill a byte yet, in the low `#pendingBits` bits. */
  #pending = 0;
  #pendingBits = 0;

  /** What was written, whole bytes only; a view that holds until the next `reset`. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Whole bytes so far. */
  get byteLength(): number {
    return this.#length;
  }

  reset(): void {
    this.#length = 0;
    this.#pending = 0;
    this.#pendingBits = 0;
  }

  /** The low `count` (0 to 24) bits of `value`. */
  bits(value: number, count: number): void {
    this.#pending = (this.#pending << count) | (value & ((1 << count) - 1));
    this.#pendingBits += count;
    while (this.#pendingBits >= 8) {
      this.#pendingBits -= 8;
      this.#push(this.#pending >>> this.#pendingBits);
    }
    this.#pending &= (1 << this.#pendingBits) - 1;
  }

  /** `count` zero bits. */
  zeros(count: number): void {
    for (let left = count; left > 0; left -= 24) this.bits(0, Math.min(24, left));
  }

  /** Zero bits to the end of the byte. */
  align(): void {
    if (this.#pendingBits > 0) this.bits(0, 8 - this.#pendingBits);
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const grown = Buffer.alloc(this.#bytes.length * 2);
      this.#bytes.copy(grown);
      this.#bytes = grown;
    }
    this.#bytes[this.#length++] = byte;
  }
}
