/**
 * Decides how long parts are, so that RFC 8216bis 4.4.4.9 holds for any camera: no part longer than the part target, none
 * but the last of a segment shorter than 85 % of it.
 *
 * The target starts at the wanted length and is raised once to a whole number of the camera's frames (25 fps: 13 frames,
 * 0.52 s and 2 % for jitter; 5 fps: 3 frames), later only when frames become so long that they no longer fit. It falls
 * after `HOLD_S` of media in which much less would have done.
 * All times in seconds of media.
 */
export class PartSizer {
  readonly #wantedS: number;
  #targetS: number;
  /** Smoothed frame duration; undefined before the first frame. */
  #frameS: number | undefined;
  #sinceFittedS = 0;
  /** The target was compared with the camera's frames. */
  #isFitted = false;

  constructor(wantedS: number) {
    this.#wantedS = wantedS;
    this.#targetS = wantedS;
  }

  /** PART-TARGET of the playlist, seconds, rounded up to ms. */
  get targetS(): number {
    return this.#targetS;
  }

  /** Whether a frame of `frameS` must start a new part because the open one of `partS` would become too long. */
  mustCloseBefore(partS: number, frameS: number): boolean {
    return partS > 0 && this.#isFitted && !this.#hasRoom(partS, frameS);
  }

  /** Takes note of a frame that was added; `partS` includes it. Returns true when the part is full. */
  addFrame(partS: number, frameS: number): boolean {
    const isLone = this.#frameS !== undefined && frameS > LONE_FRAME_FACTOR * this.#frameS;
    this.#frameS = this.#frameS === undefined ? frameS : this.#frameS * 0.8 + frameS * 0.2;
    const usualS = Math.min(frameS, this.#frameS);
    this.#sinceFittedS += Math.min(frameS, 1);
    if (this.#hasRoom(partS, 0) && this.#hasRoom(partS, usualS)) return false;
    if (!this.#hasRoom(partS, 0)) {
      if (!isLone || frameS <= LONE_FRAME_S) this.#raise(partS);
    } else if (!isLone && this.#mustFit(partS)) {
      this.#fit(usualS);
      if (this.#hasRoom(partS, usualS)) return false;
    }
    this.#relax(usualS);
    return true;
  }

  /** What the playlist may say a part lasts. */
  playlistDurationS(partS: number): number {
    return Math.min(partS, this.#targetS);
  }

  #hasRoom(partS: number, frameS: number): boolean {
    return partS + frameS <= this.#targetS + EPSILON_S;
  }

  #mustFit(partS: number): boolean {
    return !this.#isFitted || partS < MIN_SHARE * this.#targetS;
  }

  /** The least whole number of frames that lasts as long as wanted, so that parts come out even. */
  #fit(frameS: number): void {
    this.#isFitted = true;
    const evenS = Math.ceil(this.#wantedS / frameS - 0.01) * frameS;
    if (evenS > this.#targetS + EPSILON_S) this.#raise(evenS);
  }

  #raise(toS: number): void {
    this.#targetS = Math.ceil(toS * SLACK * 1000) / 1000;
    this.#isFitted = true;
    this.#sinceFittedS = 0;
  }

  #relax(frameS: number): void {
    if (this.#sinceFittedS < HOLD_S) return;
    this.#sinceFittedS = 0;
    const evenS = Math.ceil(Math.ceil(this.#wantedS / frameS - 0.01) * frameS * SLACK * 1000) / 1000;
    if (evenS < this.#targetS * MIN_SHARE) this.#targetS = Math.max(this.#wantedS, evenS);
  }
}

/** Rounding of durations in ticks must not decide. */
const EPSILON_S = 0.0005;
const MIN_SHARE = 0.85;
/** Room for jitter when the target follows the frames. */
const SLACK = 1.02;
/** Media time after which a raised target is looked at again. */
const HOLD_S = 60;
/** A frame this many times longer than usual, and longer than a second, is a pause of the camera, not its rate. */
const LONE_FRAME_FACTOR = 3;
const LONE_FRAME_S = 1;
