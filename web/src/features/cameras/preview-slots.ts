/**
 * Which of the cards on screen may move. A phone cannot decode a whole town: only `limit` previews run at once, in the
 * order of the page; when more are in view they take turns, so that every card gets a fresh picture.
 */
export interface PreviewCandidate {
  readonly id: number;
  /** When it got its turn, monotonic ms; undefined while it has none. */
  readonly startedAtMs: number | undefined;
  /** When its last turn ended, monotonic ms; undefined: never had one. */
  readonly endedAtMs: number | undefined;
}

/** A turn is long enough to connect and to see something. */
export const PREVIEW_TURN_MS = 15_000;

/** @param candidates the visible, playable cards in page order */
export function assignPreviewSlots(
  candidates: readonly PreviewCandidate[],
  limit: number,
  nowMs: number,
): ReadonlySet<number> {
  if (candidates.length <= limit) return new Set(candidates.map(({ id }) => id));
  const isInTurn = ({ startedAtMs }: PreviewCandidate) =>
    startedAtMs !== undefined && nowMs - startedAtMs < PREVIEW_TURN_MS;
  const running = candidates.filter(isInTurn);
  // Longest without a turn first; `sort` is stable, so the page's order decides among equals.
  const waiting = candidates
    .filter((candidate) => !isInTurn(candidate))
    .toSorted((a, b) => lastSeenMs(a, nowMs) - lastSeenMs(b, nowMs));
  return new Set([...running, ...waiting].slice(0, Math.max(0, limit)).map(({ id }) => id));
}

function lastSeenMs({ startedAtMs, endedAtMs }: PreviewCandidate, nowMs: number): number {
  return startedAtMs === undefined ? (endedAtMs ?? Number.NEGATIVE_INFINITY) : nowMs;
}
