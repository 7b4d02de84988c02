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

export function decideEdge(sample: EdgeSample): EdgeDecision {
  if (sample.latencyS > sample.maxS) return { rate: 1, isJump: true };
  const excessS = sample.latencyS - sample.targetS;
  // Hysteresis: starts above a fifth of the target, ends near the target, so that the rate does not flutter.
  const startS = Math.max(0.15, sample.targetS * 0.2);
  const isCatchingUp = sample.rate > 1;
  const wantsMore = isCatchingUp ? excessS > startS * 0.25 : excessS > startS;
  const mayHurry = sample.aheadS > Math.min(0.2, sample.targetS * 0.5);
  if (!wantsMore || !mayHurry) return { rate: 1, isJump: false };
  const rate = 1 + Math.min(MAX_RATE - 1, Math.max(0.03, excessS * GAIN_PER_S));
  return { rate: Math.round(rate * 100) / 100, isJump: false };
}

const TARGET_MIN_S = 0.35;
const TARGET_MAX_S = 2.5;
const TARGET_RAISE_S = 0.3;
const TARGET_LOWER_S = 0.1;
const CALM_MS = 30_000;

/** The latency to aim for over WebSocket: as low as the network lets it be. Each stop of the picture raises it, calm lowers it again. */
export class AdaptiveTarget {
  #targetS = TARGET_MIN_S;
  #changedAtMs: number;

  constructor(nowMs: number) {
    this.#changedAtMs = nowMs;
  }

  noteStall(nowMs: number): void {
    this.#targetS = Math.min(TARGET_MAX_S, this.#targetS + TARGET_RAISE_S);
    this.#changedAtMs = nowMs;
  }

  /** The target at `nowMs`, s. */
  read(nowMs: number): number {
    while (this.#targetS > TARGET_MIN_S && nowMs - this.#changedAtMs >= CALM_MS) {
      this.#targetS = Math.max(TARGET_MIN_S, this.#targetS - TARGET_LOWER_S);
      this.#changedAtMs += CALM_MS;
    }
    return this.#targetS;
  }
}
