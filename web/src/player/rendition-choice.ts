/**
 * Which of a camera's sizes to show: one rule for all deliveries. The first that applies decides:
 *
 *   the device cannot decode it, or it does not come   → the other
 *   the visitor chose one                              → that one
 *   the browser was asked to save data                 → the small one
 *   the picture's box is no larger than the small one  → the small one
 *   the picture stopped not long ago                   → the small one
 *   otherwise                                          → the large one
 */
import type { StreamRendition } from '@pantau/contract/stream';

export type RenditionName = StreamRendition['name'];
/** What the visitor chose; `sub` is "save data". */
export const QUALITY_WISHES = ['auto', 'main', 'sub'] as const;
export type QualityWish = (typeof QUALITY_WISHES)[number];

export interface ViewingSituation {
  readonly renditions: readonly StreamRendition[];
  readonly wish: QualityWish;
  /** Height of the picture's box in device pixels; 0 while it is not laid out. */
  readonly boxPx: number;
  readonly isSavingData: boolean;
  readonly canDecode: (codecString: string) => boolean;
}

/** A box may be this much higher than the small picture before the large one is worth its bytes. */
const SIZE_SLACK = 1.3;
/** Assumed height of a sub stream that was never seen. */
const USUAL_SUB_PX = 360;
/** A size that could not be had is left alone for so long. */
const FAILURE_HOLDS_MS = 60_000;
const PATIENCE_FIRST_MS = 60_000;
const PATIENCE_MAX_MS = 600_000;

export class RenditionChooser {
  readonly #failedAtMs = new Map<RenditionName, number>();
  #smallUntilMs = Number.NEGATIVE_INFINITY;
  #patienceMs = PATIENCE_FIRST_MS;

  /** The picture stopped, or came faster than it could be shown. */
  noteStall(nowMs: number): void {
    this.#smallUntilMs = nowMs + this.#patienceMs;
    // Each return to the large picture that did not last makes the next one later.
    this.#patienceMs = Math.min(PATIENCE_MAX_MS, this.#patienceMs * 2);
  }

  /** It was wished, and did not come. */
  noteFailure(name: RenditionName, nowMs: number): void {
    this.#failedAtMs.set(name, nowMs);
  }

  /** The visitor chose, the network changed: the past does not count. */
  forgive(): void {
    this.#failedAtMs.clear();
    this.#smallUntilMs = Number.NEGATIVE_INFINITY;
    this.#patienceMs = PATIENCE_FIRST_MS;
  }

  /** Undefined when there is nothing to choose from: then the server's order holds. */
  choose(situation: ViewingSituation, nowMs: number): RenditionName | undefined {
    const { renditions, wish, canDecode, isSavingData, boxPx } = situation;
    const decodable = renditions.filter(({ video }) => video === null || canDecode(video.codec_string));
    const coming = decodable.filter(
      ({ name, is_available: isAvailable }) => isAvailable && !this.#hasFailed(name, nowMs),
    );
    const candidates = coming.length > 0 ? coming : decodable;
    if (renditions.length < 2 || candidates.length === 0) return undefined;
    const [first] = candidates;
    if (candidates.length === 1) return first?.name;
    if (wish !== 'auto') return wish;
    const small = candidates.find(({ name }) => name === 'sub');
    const smallPx = (small?.video?.height ?? USUAL_SUB_PX) * SIZE_SLACK;
    const isSmallEnough = boxPx > 0 && boxPx <= smallPx;
    return isSavingData || isSmallEnough || nowMs < this.#smallUntilMs ? 'sub' : 'main';
  }

  #hasFailed(name: RenditionName, nowMs: number): boolean {
    const failedAtMs = this.#failedAtMs.get(name);
    return failedAtMs !== undefined && nowMs - failedAtMs < FAILURE_HOLDS_MS;
  }
}
