/** Numbers and dates the packets of one outgoing track (RFC 3550 section 5.1); the sender's library fills in SSRC and payload type. */
import { randomInt } from 'node:crypto';

/** After a break of media time the track goes on this much later, seconds: receivers drop what goes back. */
const BREAK_S = 0.04;

export class RtpWriter {
  readonly #clockRate: number;
  #sequence = randomInt(0x8000);
  /** Added to media time, in ticks. */
  #offset = randomInt(0x7fffffff);
  #last: number | undefined;
  #isBroken = false;

  constructor(clockRate: number) {
    this.#clockRate = clockRate;
  }

  /** Media time does not continue: what comes next follows what went before. */
  break(): void {
    this.#isBroken = true;
  }

  /**
   * The packets of one picture or frame.
   * @param seconds media time.
   */
  *write(payloads: readonly Buffer[], seconds: number): Generator<Buffer> {
    const ticks = Math.round(seconds * this.#clockRate);
    if (this.#isBroken && this.#last !== undefined) {
      this.#offset = this.#last + Math.round(BREAK_S * this.#clockRate) - ticks;
    }
    this.#isBroken = false;
    const timestamp = ticks + this.#offset;
    this.#last = timestamp;
    for (const [index, payload] of payloads.entries()) {
      const header = Buffer.allocUnsafe(12);
      header[0] = 0x80;
      header[1] = index === payloads.length - 1 ? 0x80 : 0;
      header.writeUInt16BE(this.#sequence, 2);
      header.writeUInt32BE(toUint32(timestamp), 4);
      header.writeUInt32BE(0, 8);
      this.#sequence = (this.#sequence + 1) & 0xffff;
      yield Buffer.concat([header, payload]);
    }
  }
}

/** Modulo 2³², also for what is beyond the integers of bitwise operators. */
function toUint32(value: number): number {
  return ((value % 2 ** 32) + 2 ** 32) % 2 ** 32;
}
