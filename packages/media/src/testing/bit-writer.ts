/** Writes bits, Exp-Golomb codes and NAL units (ISO 14496-10 sections 7.2, 7.3.1, 9.1): the encoder side the engine never needs. */
export class BitWriter {
  #bytes: Buffer = Buffer.alloc(256);
  #bitLength = 0;

  get bitLength(): number {
    return this.#bitLength;
  }

  /** Appends the low `count` (0..32) bits of `value`, most significant first. */
  bits(value: number, count: number): this {
    this.#reserve(count);
    let left = count;
    while (left > 0) {
      const at = this.#bitLength >> 3;
      const room = 8 - (this.#bitLength & 7);
      const taken = Math.min(room, left);
      const piece = (value >>> (left - taken)) & ((1 << taken) - 1);
      this.#bytes[at] = (this.#bytes[at] ?? 0) | (piece << (room - taken));
      this.#bitLength += taken;
      left -= taken;
    }
    return this;
  }

  flag(value: boolean): this {
    return this.bits(value ? 1 : 0, 1);
  }

  /** Unsigned Exp-Golomb, ue(v). */
  unsigned(value: number): this {
    const length = 32 - Math.clz32(value + 1);
    return this.bits(0, length - 1).bits(value + 1, length);
  }

  /** Signed Exp-Golomb, se(v). */
  signed(value: number): this {
    return this.unsigned(value > 0 ? 2 * value - 1 : -2 * value);
  }

  /** Copies the first `bitCount` bits of `source`. */
  copy(source: Uint8Array, bitCount: number): this {
    const whole = bitCount >> 3;
    const rest = bitCount & 7;
    for (let at = 0; at < whole; at++) this.bits(source[at] ?? 0, 8);
    if (rest > 0) this.bits((source[whole] ?? 0) >> (8 - rest), rest);
    return this;
  }

  /** The RBSP: what was written, then the stop bit and zero bits to the byte's end (rbsp_trailing_bits). */
  finish(): Buffer {
    this.bits(1, 1);
    return Buffer.from(this.#bytes.subarray(0, (this.#bitLength + 7) >> 3));
  }

  #reserve(count: number): void {
    const needed = (this.#bitLength + count + 7) >> 3;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.alloc(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown);
    this.#bytes = grown;
  }
}

/** A NAL unit: one header byte, then the RBSP with emulation prevention bytes. No start code. */
export function encodeNal(header: number, rbsp: Uint8Array): Buffer {
  const out = Buffer.alloc(1 + rbsp.length + (rbsp.length >> 1) + 1);
  out[0] = header;
  let length = 1;
  let zeros = 0;
  for (const byte of rbsp) {
    if (zeros === 2 && byte <= 3) {
      out[length++] = 3;
      zeros = 0;
    }
    out[length++] = byte;
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Buffer.from(out.subarray(0, length));
}
