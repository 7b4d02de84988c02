/**
 * Decode times for pictures of which RTP tells only when they are shown.
 *
 * With at most R pictures out of order, the i-th picture in decode order gets the (i − R)-th smallest presentation time:
 * never later than its own, always rising, and known the moment the picture arrives. The first R pictures have no such
 * time and are put before the first one, a frame apart.
 *
 *   R = 1      decode order  I0  P3  B1  B2  P6  B4 …
 *              decode time   -1   0   1   2   3   4 …      (frames)
 *
 * An R that is too small is corrected when seen: a few decode times are squeezed together then, once.
 */

/** H.264 allows no more (section E.2.1, max_num_reorder_frames ≤ MaxDpbFrames ≤ 16). */
export const MAX_REORDER = 16;

export class DecodeTimes {
  #reorder: number;
  /** The presentation times that have not been used as decode times, ascending; at most R + 1 of them. */
  #unused: number[] = [];
  #firstPts = 0;
  #sinceRestart = 0;
  #last = -1;
  /** Pictures that still get a squeezed time because R grew. */
  #owed = 0;

  /** @param reorder pictures that may come before one that is shown earlier. */
  constructor(reorder: number) {
    this.#reorder = Math.min(MAX_REORDER, reorder);
  }

  get reorder(): number {
    return this.#reorder;
  }

  /** Decode time of the next picture in decode order. Never negative, always above the one before. @param frameTicks usual distance of pictures */
  next(pts: number, frameTicks: number): number {
    this.#insert(pts);
    if (this.#sinceRestart === 0) this.#firstPts = pts;
    const missing = this.#reorder - this.#owed - this.#sinceRestart++;
    let dts: number;
    if (missing > 0) {
      dts = this.#firstPts - missing * frameTicks;
    } else if (this.#owed > 0) {
      this.#owed--;
      dts = this.#last + 1;
    } else {
      dts = this.#unused.shift() ?? pts;
    }
    this.#last = Math.max(dts, this.#last + 1, 0);
    return this.#last;
  }

  /**
   * Starts over at a key frame: after a gap, so that times from before it are not given to pictures behind it, and when
   * new parameter sets state another reordering.
   */
  restart(reorder = this.#reorder): void {
    this.#reorder = Math.min(MAX_REORDER, reorder);
    this.#unused = [];
    this.#sinceRestart = 0;
    this.#owed = 0;
  }

  /** The camera reorders more than was known. */
  raiseReorder(reorder: number): void {
    const raised = Math.min(MAX_REORDER, reorder);
    if (raised <= this.#reorder) return;
    if (this.#sinceRestart > 0) this.#owed += raised - this.#reorder;
    this.#reorder = raised;
  }

  #insert(pts: number): void {
    let at = this.#unused.length;
    while (at > 0 && (this.#unused[at - 1] ?? 0) > pts) at--;
    this.#unused.splice(at, 0, pts);
  }
}
