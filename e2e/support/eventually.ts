/** Waiting for a fact instead of for time: every wait in the end-to-end tests goes through here. */

export interface EventuallyOptions {
  /** Ms after which the wait fails. Default 15 000. */
  readonly timeoutMs?: number;
  /** Ms between two looks. Default 100. */
  readonly everyMs?: number;
}

/**
 * Looks again and again until `look` returns something other than undefined or false, and returns it. A look that
 * throws counts as "not yet", so `expect` can be used inside.
 * @throws Error that says what was awaited and what the last look said, when `timeoutMs` has passed.
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  options: EventuallyOptions = {},
): Promise<T> {
  const { timeoutMs = 15_000, everyMs = 100 } = options;
  const deadlineMs = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadlineMs) {
      const because = last instanceof Error ? `: ${last.message}` : '';
      throw new Error(`waited ${timeoutMs} ms in vain for ${what}${because}`, { cause: last });
    }
    await pause(everyMs);
  }
}

/**
 * Watches something for `durationMs` and returns what it saw: for claims that hold over a stretch of time, such as
 * "latency stays under two seconds".
 */
export async function observe<T>(
  durationMs: number,
  everyMs: number,
  look: () => Promise<T> | T,
): Promise<T[]> {
  const deadlineMs = performance.now() + durationMs;
  const seen: T[] = [];
  while (performance.now() < deadlineMs) {
    seen.push(await look());
    await pause(everyMs);
  }
  return seen;
}

/** The value in the middle of `values`; NaN of none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which `share` (0..1) of `values` lie; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}
