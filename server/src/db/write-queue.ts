/**
 * Lets one writer at a time through, in order. The queue is bounded: beyond the bound a write is refused at once, because
 * a writer that is that far behind will not catch up while everybody keeps asking.
 */
import { AppError } from '@pantau/base/errors';

export class WriteQueue {
  readonly #limit: number;
  #last: Promise<unknown> = Promise.resolve();
  #pending = 0;
  #total = 0;
  #peak = 0;
  #refused = 0;

  /** @param limit most writes that may wait or run at once. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Runs `work` when all earlier work has settled. @throws AppError OVERLOADED; what `work` throws. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#pending >= this.#limit) {
      this.#refused++;
      throw new AppError(
        'exhausted',
        'OVERLOADED',
        'Too many changes are waiting for the database; try again shortly.',
      );
    }
    this.#pending++;
    this.#total++;
    this.#peak = Math.max(this.#peak, this.#pending - 1);
    const result = this.#last.then(work);
    this.#last = result.then(ignore, ignore);
    try {
      return await result;
    } finally {
      this.#pending--;
    }
  }

  /** Resolves when everything that was asked for so far has settled. */
  async flush(): Promise<void> {
    await this.#last;
  }

  stats(): {
    readonly writes: number;
    readonly waiting: number;
    readonly waitingPeak: number;
    readonly refused: number;
  } {
    return {
      writes: this.#total,
      waiting: Math.max(0, this.#pending - 1),
      waitingPeak: this.#peak,
      refused: this.#refused,
    };
  }
}

function ignore(): void {}
