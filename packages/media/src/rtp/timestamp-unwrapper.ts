/**
 * Turns the 32-bit timestamps of a track into numbers that keep growing (RFC 3550 section 5.1).
 * At 90 kHz the field wraps every 13 hours and 15 minutes. A step is read as the signed 32-bit difference to the
 * timestamp before it, so small steps back (B-frames) stay steps back and a wrap in either direction is followed.
 */
export class TimestampUnwrapper {
  #last: number | undefined;
  #unwrapped = 0;

  /**
   * @param timestamp as on the wire, 0 … 2^32 − 1.
   * @returns ticks; the first result equals the first timestamp, later ones may be negative only when the camera
   * steps back beyond it.
   */
  unwrap(timestamp: number): number {
    if (this.#last === undefined) this.#unwrapped = timestamp;
    else this.#unwrapped += (timestamp - this.#last) | 0;
    this.#last = timestamp;
    return this.#unwrapped;
  }

  /** Forgets the past: the next timestamp starts a new epoch. */
  reset(): void {
    this.#last = undefined;
    this.#unwrapped = 0;
  }
}
