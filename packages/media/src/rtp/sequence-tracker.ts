/**
 * Follows the 16-bit sequence numbers of one source (RFC 3550 section 6.4.1 and appendix A.1, for an ordered transport).
 *
 *   distance to the highest number seen (mod 2^16):
 *     0        1 ............ 3000 | 3001 ............ 65435 | 65436 ...... 65535
 *     duplicate   next, or a gap   |  jump: needs a second   |  late (reordered)
 *                 of distance − 1  |  packet that follows it |
 */

/** Larger forward steps are taken for a restart of the numbering. */
const MAX_DROPOUT = 3000;
/** Packets up to this far behind are late ones. */
const MAX_MISORDER = 100;

/** What to do with a packet: a number ≥ 0 is "deliver, so many were lost before it". */
export const SEQUENCE_DUPLICATE = -1;
export const SEQUENCE_LATE = -2;
/** Far from what was expected: keep it aside until the next one decides. */
export const SEQUENCE_SUSPECT = -3;
/** Follows the suspect: the numbering restarted with the suspect, deliver that one and this one. */
export const SEQUENCE_RESTARTED = -4;

export class SequenceTracker {
  #highest = -1;
  #cycles = 0;
  #expectedSuspect = -1;
  #lost = 0;
  #accepted = 0;

  /** Packets that were skipped over, since the beginning; a restart counts as one. */
  get lost(): number {
    return this.#lost;
  }

  /** Packets that were to be delivered, since the beginning. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Highest sequence number with the count of wraps above it, as receiver reports carry it (32 bits). */
  get extendedHighest(): number {
    return ((this.#cycles << 16) | Math.max(0, this.#highest)) >>> 0;
  }

  /** Judges the next packet: packets lost before it, or one of the SEQUENCE_ constants. */
  next(sequenceNumber: number): number {
    if (this.#highest < 0) {
      this.#accept(sequenceNumber);
      return 0;
    }
    const distance = (sequenceNumber - this.#highest) & 0xffff;
    if (distance === 0) return SEQUENCE_DUPLICATE;
    if (distance <= MAX_DROPOUT) {
      if (sequenceNumber < this.#highest) this.#cycles = (this.#cycles + 1) & 0xffff;
      this.#lost += distance - 1;
      this.#accept(sequenceNumber);
      return distance - 1;
    }
    if (distance >= 0x1_0000 - MAX_MISORDER) return SEQUENCE_LATE;
    if (sequenceNumber === this.#expectedSuspect) {
      this.#cycles = 0;
      this.#lost++;
      this.#accepted++;
      this.#accept(sequenceNumber);
      return SEQUENCE_RESTARTED;
    }
    this.#expectedSuspect = (sequenceNumber + 1) & 0xffff;
    return SEQUENCE_SUSPECT;
  }

  #accept(sequenceNumber: number): void {
    this.#highest = sequenceNumber;
    this.#expectedSuspect = -1;
    this.#accepted++;
  }
}
