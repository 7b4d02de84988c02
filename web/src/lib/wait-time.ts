/** How long until another try makes sense, for counting down in words. */
export interface WaitTime {
  readonly unit: 'seconds' | 'minutes';
  readonly count: number;
  /** Seconds beside whole minutes, for waits below ten minutes; 0 otherwise. */
  readonly seconds: number;
}

/** @returns undefined when the wait is over. Rounded up, so that nobody is sent back a moment too early. */
export function waitTime(untilMs: number, nowMs: number): WaitTime | undefined {
  const seconds = Math.ceil((untilMs - nowMs) / 1000);
  if (seconds <= 0) return undefined;
  if (seconds < 60) return { unit: 'seconds', count: seconds, seconds: 0 };
  if (seconds >= 600) return { unit: 'minutes', count: Math.ceil(seconds / 60), seconds: 0 };
  return { unit: 'minutes', count: Math.floor(seconds / 60), seconds: seconds % 60 };
}
