/**
 * Whether the marker bit of a camera ends a picture (RFC 6184 section 5.1) or just a slice, or never comes.
 *
 *   unproven ──4 markers, each followed by another picture──► trusted
 *      │                                                          │
 *      └────── a marker in the middle of a picture ──────► unreliable ◄┘   (for good)
 *
 * While markers are not trusted a picture ends when the next one begins, which costs one frame of latency.
 */
const PROOFS_NEEDED = 4;

export class MarkerTrust {
  #proofs = 0;
  #unreliable = false;

  /** True: a picture may be handed on at its marker. */
  get trusted(): boolean {
    return !this.#unreliable && this.#proofs >= PROOFS_NEEDED;
  }

  /** A marker was followed by another picture. */
  prove(): void {
    if (this.#proofs < PROOFS_NEEDED) this.#proofs++;
  }

  /** A marker was followed by more of the same picture. */
  refute(): void {
    this.#unreliable = true;
  }
}
