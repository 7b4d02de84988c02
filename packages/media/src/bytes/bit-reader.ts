/**
 * Reads bits, most significant first, and the Exp-Golomb codes of H.264 (ITU-T H.264 section 9.1).
 * Bounded by construction: reading past the end throws, and no code is longer than 32 bits of prefix.
 */
import { MediaError, type MediaErrorCode } from '../media-error.ts';

export class BitReader {
  readonly #bytes: Uint8Array;
  readonly #errorCode: MediaErrorCode;
  #position = 0;

  /** @param errorCode of the MediaError that is thrown when the bytes end too early or a code is too long. */
  constructor(bytes: Uint8Array, errorCode: MediaErrorCode) {
    this.#bytes = bytes;
    this.#errorCode = errorCode;
  }

  /** Bits read so far. */
  get position(): number {
    return this.#position;
  }

  get bitsLeft(): number {
    return this.#bytes.length * 8 - this.#position;
  }

  /** Unsigned integer of `count` bits, 0..32. @throws MediaError at the end of the bytes. */
  readBits(count: number): number {
    if (count > this.bitsLeft)
      throw new MediaError(this.#errorCode, 'the bytes end in the middle of a field');
    let value = 0;
    let missing = count;
    while (missing > 0) {
      const offset = this.#position & 7;
      const taken = Math.min(8 - offset, missing);
      const byte = this.#bytes[this.#position >>> 3] ?? 0;
      const bits = (byte >>> (8 - offset - taken)) & ((1 << taken) - 1);
      value = value * 2 ** taken + bits;
      this.#position += taken;
      missing -= taken;
    }
    return value;
  }

  /** One bit as a boolean. @throws MediaError */
  readFlag(): boolean {
    return this.readBits(1) === 1;
  }

  /** @throws MediaError */
  skipBits(count: number): void {
    if (count > this.bitsLeft)
      throw new MediaError(this.#errorCode, 'the bytes end in the middle of a field');
    this.#position += count;
  }

  /** ue(v): 0..2^32-2. @throws MediaError */
  readUnsignedExpGolomb(): number {
    let zeros = 0;
    while (!this.readFlag()) {
      zeros++;
      if (zeros > 32) throw new MediaError(this.#errorCode, 'a variable-length code is too long');
    }
    return 2 ** zeros - 1 + this.readBits(zeros);
  }

  /** se(v): 1, -1, 2, -2, … for 1, 2, 3, 4, … @throws MediaError */
  readSignedExpGolomb(): number {
    const code = this.readUnsignedExpGolomb();
    return code % 2 === 1 ? (code + 1) / 2 : code === 0 ? 0 : -code / 2;
  }
}
