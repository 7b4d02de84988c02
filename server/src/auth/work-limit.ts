/** Lets a few pieces of expensive work run at once and a bounded number wait, in order; what is beyond that is refused at once. */
import { AppError } from '@pantau/base/errors';

/** When a refused caller may try again. */
const RETRY_AFTER_S = 2;

export class WorkLimit {
  readonly #maxRunning: number;
  readonly #maxWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(maxRunning: number, maxWaiting: number) {
    this.#maxRunning = maxRunning;
    this.#maxWaiting = maxWaiting;
  }

  /** @throws AppError OVERLOADED; what `work` throws. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#maxRunning) this.#running++;
    else await this.#wait();
    try {
      return await work();
    } finally {
      // The place goes straight to who waits longest, so that nobody who comes later can take it.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  #wait(): Promise<void> {
    if (this.#waiting.length >= this.#maxWaiting) {
      throw new AppError(
        'exhausted',
        'OVERLOADED',
        'Too many passwords are being checked; try again shortly.',
        {
          details: { retryAfterS: RETRY_AFTER_S },
        },
      );
    }
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }
}
