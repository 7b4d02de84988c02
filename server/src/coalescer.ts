/**
 * Turns many requests for the same work into few runs: never two at once, never closer than an interval, and always one
 * after the last request.
 */
import type { Clock, Timer } from '@pantau/base/clock';

export interface CoalescerOptions {
  readonly clock: Clock;
  /** Shortest time between the starts of two runs, ms. */
  readonly intervalMs: number;
  /** Must not throw. */
  readonly work: () => Promise<void>;
}

export class Coalescer {
  readonly #options: CoalescerOptions;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #lastStartMs = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(options: CoalescerOptions) {
    this.#options = options;
  }

  /** Asks for a run soon. */
  request(): void {
    if (this.#stopped || this.#timer !== undefined) return;
    if (this.#running !== undefined) {
      this.#again = true;
      return;
    }
    const { clock, intervalMs } = this.#options;
    const waitMs = Math.max(0, this.#lastStartMs + intervalMs - clock.monotonic());
    this.#timer = clock.setTimer(waitMs, () => void this.#run(), { unref: true });
  }

  /** No run starts after this; resolves when a running one has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#lastStartMs = this.#options.clock.monotonic();
    this.#running = this.#options.work();
    try {
      await this.#running;
    } finally {
      this.#running = undefined;
      if (this.#again) {
        this.#again = false;
        this.request();
      }
    }
  }
}
