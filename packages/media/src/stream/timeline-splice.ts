import type { Sample } from '../sample.ts';

/**
 * Keeps one media timeline over reconnects, so that a WebSocket viewer's buffer has no hole and no time comes twice:
 * after a break the next key frame is placed where the media ended, and what follows keeps its distance to it. A stream with
 * several renditions is placed by wall time instead (`shared-timeline.ts`); its holes stay.
 *
 *   source 1   ──────────┤ 9.2 s               source 2   ├ 1.0 s ────────
 *   spliced    ──────────┼─────────────────────────────── 9.2 s ──────────
 */
/** What goes on in the same session is dated better by its own clock than by its arrival. */
const SLACK_S = 0.3;

export class TimelineSplice {
  #offsetS = 0;
  #endS = 0;
  readonly #lastDts = { video: -1, audio: -1 };

  /** Where the media ends so far, seconds. */
  get endS(): number {
    return this.#endS;
  }

  /**
   * Places `first`, the key frame after a break: at the end of the media, or at `mediaS` when that is later. Where it is
   * within `SLACK_S` of `mediaS` by itself, it stays.
   */
  anchor(first: Sample, timescale: number, mediaS: number | undefined): void {
    const ownS = first.dts / timescale;
    if (mediaS === undefined) {
      if (this.#endS > 0) this.#offsetS = this.#endS - ownS;
      return;
    }
    const placedS = ownS + this.#offsetS;
    const isNear = Math.abs(placedS - mediaS) <= SLACK_S && this.#endS > 0;
    this.#offsetS = Math.max(isNear ? placedS : mediaS, this.#endS) - ownS;
  }

  /** The sample on the common timeline; undefined for one that would not go on in time: sound from before the break, or a source that breaks its word. */
  apply(sample: Sample, timescale: number): Sample | undefined {
    const ticks = Math.round(this.#offsetS * timescale);
    const dts = sample.dts + ticks;
    if (dts < 0 || dts <= this.#lastDts[sample.kind]) return undefined;
    this.#lastDts[sample.kind] = dts;
    this.#endS = Math.max(this.#endS, (dts + sample.duration) / timescale);
    return ticks === 0 ? sample : { ...sample, dts, pts: sample.pts + ticks };
  }

  /** An audio track with another timescale begins: its ticks cannot be compared with those before. */
  resetAudio(): void {
    this.#lastDts.audio = -1;
  }
}
