/** A point in time as replies show it: UTC, ISO 8601. */

/** @param ms UTC ms. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** The same where there may be none. */
export function isoTimeOrNull(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined ? null : isoTime(ms);
}
