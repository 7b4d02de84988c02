/** Keeps a live picture near "now": a little faster when behind, a jump when far behind, patience when the buffer is thin. */
export interface EdgeSample {
  /** How far the picture is behind the newest one, s. */
  readonly latencyS: number;
  /** Where it should be, s. */
  readonly targetS: number;
  /** Beyond this it jumps, s. */
  readonly maxS: number;
  /** Playable seconds ahead of the picture. */
  readonly aheadS: number;
  /** Present playback rate. */
  readonly rate: number;
}

export interface EdgeDecision {
  readonly rate: number;
  readonly isJump: boolean;
}

/** Faster than this is heard and seen. */
export const MAX_RATE = 1.1;
const GAIN_PER_S = 0.08;
const START_MIN_S = 0.15;
const START_MAX_S = 0.5;

export function decideEdge(sample: EdgeSample): EdgeDecision {
  if (sample.latencyS > sample.maxS) return { rate: 1, isJump: true };
  const excessS = sample.latencyS - sample.targetS;
  // Hysteresis: starts a tenth of the target above it (at most half a second), ends near it, so that the rate does not flutter.
  const startS = Math.min(START_MAX_S, Math.max(START_MIN_S, sample.targetS * 0.1));
  const isCatchingUp = sample.rate > 1;
  const wantsMore = isCatchingUp ? excessS > startS * 0.25 : excessS > startS;
  const mayHurry = sample.aheadS > Math.min(0.2, sample.targetS * 0.5);
  if (!wantsMore || !mayHurry) return { rate: 1, isJump: false };
  const rate = 1 + Math.min(MAX_RATE - 1, Math.max(0.03, excessS * GAIN_PER_S));
  return { rate: Math.round(rate * 100) / 100, isJump: false };
}

/** How far a target may move, and how fast, all in s. */
export interface TargetRange {
  readonly minS: number;
  readonly maxS: number;
  /** Added for each stop of the picture. */
  readonly raiseS: number;
  /** Taken away for each half minute without one. */
  readonly lowerS: number;
}

const CALM_MS = 30_000;

/** The latency to aim for: as low as the network lets it be. Each stop of the picture raises it, calm lowers it again. */
export class AdaptiveTarget {
  readonly #range: TargetRange;
  #targetS: number;
  #changedAtMs: number;

  constructor(nowMs: number, range: TargetRange) {
    this.#range = range;
    this.#targetS = range.minS;
    this.#changedAtMs = nowMs;
  }

  noteStall(nowMs: number): void {
    const { maxS, raiseS } = this.#range;
    this.#targetS = Math.min(maxS, this.#targetS + raiseS);
    this.#changedAtMs = nowMs;
  }

  /** The target at `nowMs`, s. */
  read(nowMs: number): number {
    const { minS, lowerS } = this.#range;
    while (this.#targetS > minS && nowMs - this.#changedAtMs >= CALM_MS) {
      this.#targetS = Math.max(minS, this.#targetS - lowerS);
      this.#changedAtMs += CALM_MS;
    }
    return this.#targetS;
  }
}
