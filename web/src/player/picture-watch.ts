/** Knows when the picture last moved. Playing audio over a frozen picture does not count as moving. */
export interface PictureSample {
  /** `video.currentTime`, s. */
  readonly positionS: number;
  /** Pictures shown so far, where the browser counts them (and the tab is visible). */
  readonly frames: number | undefined;
}

/** Steps smaller than this are rounding, not motion, s. */
const MOTION_S = 0.005;

export class PictureWatch {
  #last: PictureSample | undefined;
  #movedAtMs: number;

  constructor(nowMs: number) {
    this.#movedAtMs = nowMs;
  }

  /** Starts to count anew, for a new session whose positions have nothing to do with the old one's. */
  restart(nowMs: number): void {
    this.#last = undefined;
    this.#movedAtMs = nowMs;
  }

  /** Takes the present position; returns whether the picture moved since the sample before. */
  observe(sample: PictureSample, nowMs: number): boolean {
    const last = this.#last;
    this.#last = sample;
    if (last === undefined) return false;
    const hasPlayed = Math.abs(sample.positionS - last.positionS) > MOTION_S;
    const hasShown =
      sample.frames === undefined || last.frames === undefined || sample.frames !== last.frames;
    if (!hasPlayed || !hasShown) return false;
    this.#movedAtMs = nowMs;
    return true;
  }

  /** Time since the picture last moved (or since the start), ms. */
  ageMs(nowMs: number): number {
    return nowMs - this.#movedAtMs;
  }
}
