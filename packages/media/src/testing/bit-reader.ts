/** Reads bits and Exp-Golomb codes of a NAL unit (ISO 14496-10 sections 7.2, 9.1). Bits past the end read as zero. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bits read so far. */
  get position(): number {
    return this.#position;
  }

  bits(count: number): number {
    let value = 0;
    for (let read = 0; read < count; read++) {
      value = value * 2 + (((this.#bytes[this.#position >> 3] ?? 0) >> (7 - (this.#position & 7))) & 1);
      this.#position++;
    }
    return value;
  }

  flag(): boolean {
    return this.bits(1) === 1;
  }

  /** ue(v). @throws RangeError when there is no such code. */
  unsigned(): number {
    let zeros = 0;
    while (this.bits(1) === 0) {
      if (++zeros > 31) throw new RangeError('no Exp-Golomb code here');
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** se(v). */
  signed(): number {
    const code = this.unsigned();
    return code % 2 === 1 ? (code + 1) / 2 : 0 - code / 2; // 0 - 0, since -0 is not 0 to everybody
  }
}

/** The RBSP of a NAL unit, without its header byte and without emulation prevention; at most `limit` bytes of it. */
export function rbspOf(nal: Uint8Array, limit: number = nal.length): Buffer {
  const out = Buffer.alloc(Math.min(nal.length, limit));
  let length = 0;
  let zeros = 0;
  for (let at = 1; at < nal.length && length < limit; at++) {
    const byte = nal[at] ?? 0;
    if (zeros === 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    out[length++] = byte;
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return out.subarray(0, length);
}
