/** How long to wait before the next attempt: capped exponential growth with jitter, so that a town's phones do not return in step. */
const INITIAL_MS = 800;
const MAX_MS = 15_000;
const JITTER = 0.3;

/**
 * @param failedAttempts failures in a row, 1 after the first
 * @param random in [0, 1)
 */
export function retryDelayMs(failedAttempts: number, random: number): number {
  const full = Math.min(MAX_MS, INITIAL_MS * 2 ** Math.min(30, Math.max(0, failedAttempts - 1)));
  return Math.round(full * (1 - JITTER * random));
}
