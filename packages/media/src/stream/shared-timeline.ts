/**
 * One timeline for the renditions of a camera. Players switch between renditions by three things, which must fit in all of
 * them (RFC 8216bis 6.2.4): media time, discontinuity sequence number, and wall time.
 *
 *   wall time     main  ──┤gop├──┤gop├──✕        ├──┤gop├──          sub   asleep      ├┤├┤├┤├┤├──
 *   media time          ──────────────── 20 s hole ─────────               the same media time at the same wall time
 *   discontinuity     0    0      0              1                     0             0  1 (next segment)
 *
 * Media time: whoever is live says what media time a wall time has; whoever begins, or comes back, begins there. A camera
 * that was away leaves a hole in media time then, where a stream alone closes it (`timeline-splice.ts`): the hole is in one
 * rendition only. Both run on the camera's clock, so they stay together.
 *
 * Discontinuities: a break of one rendition takes all of them to the next number, each with its next segment. A rendition
 * that wakes up begins with the present number and no break: its media time is the common one.
 */
export class SharedTimeline {
  /** There is more than one rendition. */
  isShared = false;
  #sequence = 0;
  #mediaMinusWallS: number | undefined;

  /** Discontinuity sequence number of the newest media. */
  get discontinuitySequence(): number {
    return this.#sequence;
  }

  /** Notes that media time `mediaS` was taken at `wallMs`, UTC. */
  note(mediaS: number, wallMs: number): void {
    this.#mediaMinusWallS = mediaS - wallMs / 1000;
  }

  /** Where what was taken at `wallMs` belongs, media seconds; undefined before the first `note`, or for a stream alone. */
  findMediaS(wallMs: number): number | undefined {
    if (!this.isShared || this.#mediaMinusWallS === undefined) return undefined;
    return wallMs / 1000 + this.#mediaMinusWallS;
  }

  /**
   * Number of the segment that a rendition opens.
   * @param own number of its segment before; at most one step is taken, so that one tag says it.
   * @param isBroken its media does not continue.
   */
  nextSequence(own: number, isBroken: boolean): number {
    if (isBroken) this.#sequence = Math.max(this.#sequence, own + 1);
    return Math.min(own + 1, this.#sequence);
  }
}
