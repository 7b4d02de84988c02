/** When which camera's picture is taken. Pure: what is known of a camera goes in, a time comes out. */
import type { StreamStatus } from '@pantau/media';

export interface SnapshotIntervals {
  /** Between two pictures of a camera that is pulled, ms. */
  readonly pulledMs: number;
  /** The same while somebody watches. */
  readonly watchedMs: number;
  /** Between two pictures of an on-demand camera that rests, and so must be pulled for it, ms; undefined: never. */
  readonly restingMs: number | undefined;
}

/** What happened to a camera so far; monotonic ms. */
export interface SnapshotHistory {
  /** Since when it is known; spread over time for those that became known together. */
  readonly sinceMs: number;
  readonly lastTryMs: number | undefined;
  /** Tries in a row that gave no picture. */
  readonly failures: number;
  readonly hasPicture: boolean;
  /** Somebody looked at the picture since it was taken. */
  readonly isWanted: boolean;
}

/** Longest wait after failures, ms. */
const MAX_BACKOFF_MS = 3_600_000;
/** A camera that rests and failed is left alone at least so long, ms: its own retry policy would do the same. */
const MIN_RESTING_BACKOFF_MS = 600_000;

/**
 * When the next picture is due, monotonic ms; undefined: not as long as nothing changes.
 *
 *   live, watched        every `watchedMs`
 *   live                 every `pulledMs`
 *   rests, no picture    once
 *   rests                every `restingMs`, if somebody looked at the picture since
 *   in trouble, stopped  never: there is one owner of retries, and it is not this
 */
export function nextSnapshotMs(
  { state, viewers }: Pick<StreamStatus, 'state' | 'viewers'>,
  history: SnapshotHistory,
  { pulledMs, watchedMs, restingMs }: SnapshotIntervals,
): number | undefined {
  const { sinceMs, lastTryMs, failures, hasPicture, isWanted } = history;
  switch (state) {
    case 'live':
      return lastTryMs === undefined
        ? sinceMs
        : lastTryMs + backOff(viewers > 0 ? watchedMs : pulledMs, failures);
    case 'idle': {
      if (restingMs === undefined || (hasPicture && !isWanted)) return undefined;
      if (lastTryMs === undefined) return sinceMs;
      const leastMs = failures > 0 ? Math.max(restingMs, MIN_RESTING_BACKOFF_MS) : restingMs;
      return lastTryMs + backOff(leastMs, failures);
    }
    default:
      return undefined;
  }
}

function backOff(intervalMs: number, failures: number): number {
  return Math.max(intervalMs, Math.min(MAX_BACKOFF_MS, intervalMs * 2 ** Math.min(failures, 20)));
}
