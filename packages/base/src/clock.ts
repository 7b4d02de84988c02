/**
 * Time as a value that is handed in, so that tests run on virtual time.
 * This is the only file in packages and server that may touch the system's timers (lint rule).
 */

/** A timer that was set; cancelling twice or after it fired does nothing. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Wall clock, UTC milliseconds since 1970. May be stepped by the system: never measure with it. */
  now(): number;
  /** Monotonic milliseconds from an arbitrary origin: for durations and deadlines. */
  monotonic(): number;
  /** Runs `callback` once after `delayMs`. Timers of the system clock do not keep the process alive when `unref` is set. */
  setTimer(delayMs: number, callback: () => void, options?: { unref?: boolean }): Timer;
  /** Runs `callback` each `intervalMs` until cancelled. */
  setRepeating(intervalMs: number, callback: () => void, options?: { unref?: boolean }): Timer;
}

/** The system's clock and timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(delayMs, callback, options) {
    const handle = setTimeout(callback, delayMs);
    if (options?.unref) handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
  setRepeating(intervalMs, callback, options) {
    const handle = setInterval(callback, intervalMs);
    if (options?.unref) handle.unref();
    return { cancel: () => clearInterval(handle) };
  },
};

/**
 * Waits `delayMs` on `clock`.
 * @throws the signal's reason when `signal` aborts first (or already has).
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortReason(signal));
      return;
    }
    const onAbort = () => {
      timer.cancel();
      reject(abortReason(signal));
    };
    const timer = clock.setTimer(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * A signal that aborts when `parent` does or `timeoutMs` passes on `clock`, whichever is first.
 * Dispose it when the guarded work is done, so that the timer does not linger.
 * @param timeoutReason builds the abort reason, normally an `AppError` of kind `timeout`.
 */
export function deadline(
  clock: Clock,
  timeoutMs: number,
  timeoutReason: () => Error,
  parent?: AbortSignal,
): { readonly signal: AbortSignal; [Symbol.dispose](): void } {
  const controller = new AbortController();
  const onParentAbort = () => controller.abort(abortReason(parent));
  if (parent?.aborted) controller.abort(abortReason(parent));
  parent?.addEventListener('abort', onParentAbort, { once: true });
  const timer = clock.setTimer(timeoutMs, () => controller.abort(timeoutReason()));
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      timer.cancel();
      parent?.removeEventListener('abort', onParentAbort);
    },
  };
}

/** The reason of an aborted signal as an Error, whatever the caller passed to `abort()`. */
export function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  if (reason instanceof Error) return reason;
  return new Error(typeof reason === 'string' ? reason : 'aborted');
}
