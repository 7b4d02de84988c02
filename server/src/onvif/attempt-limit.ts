/** Refuses work beyond so much at once and so much a minute: what it guards reaches into other people's devices. */
import type { Clock } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';

export interface AttemptLimitOptions {
  readonly atOnce: number;
  readonly perMinute: number;
  readonly clock: Clock;
}

const WINDOW_MS = 60_000;
/** What is running now ends within seconds. */
const BUSY_RETRY_S = 5;

export class AttemptLimit {
  readonly #options: AttemptLimitOptions;
  /** When the attempts of the last minute began; at most `perMinute`. */
  #startedMs: number[] = [];
  #running = 0;

  constructor(options: AttemptLimitOptions) {
    this.#options = options;
  }

  /** @throws AppError RATE_LIMITED without having begun. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const { atOnce, perMinute, clock } = this.#options;
    const nowMs = clock.monotonic();
    this.#startedMs = this.#startedMs.filter((startedMs) => nowMs - startedMs < WINDOW_MS);
    const [oldestMs] = this.#startedMs;
    if (oldestMs !== undefined && this.#startedMs.length >= perMinute)
      throw limited((oldestMs + WINDOW_MS - nowMs) / 1000);
    if (this.#running >= atOnce) throw limited(BUSY_RETRY_S);
    this.#startedMs.push(nowMs);
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
    }
  }
}

function limited(retryAfterS: number): AppError {
  return new AppError(
    'throttled',
    'RATE_LIMITED',
    'Too many devices are being asked; please wait a moment.',
    {
      details: { retryAfterS },
    },
  );
}
