/** Time as a value that is handed in, so that the player's rules run on virtual time in tests. Same shape as the server's `Clock`. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Wall clock, UTC ms. Shown to people, never measured with. */
  now(): number;
  /** Monotonic ms: for durations and deadlines. Stands still while some phones sleep. */
  monotonic(): number;
  setTimer(delayMs: number, callback: () => void): Timer;
  setRepeating(intervalMs: number, callback: () => void): Timer;
}

export const browserClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(delayMs, callback) {
    const handle = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
  setRepeating(intervalMs, callback) {
    const handle = setInterval(callback, intervalMs);
    return { cancel: () => clearInterval(handle) };
  },
};
