/** Runs something at most once a second, however often it is wanted. What comes too early is left out, not put off. */
import type { Clock } from '@pantau/base/clock';

const LEAST_DISTANCE_MS = 1000;

export class OncePerSecond {
  readonly #clock: Clock;
  readonly #action: () => void;
  #lastMs = -Infinity;

  /** @param action must not throw. */
  constructor(clock: Clock, action: () => void) {
    this.#clock = clock;
    this.#action = action;
  }

  run(): void {
    const nowMs = this.#clock.monotonic();
    if (nowMs - this.#lastMs < LEAST_DISTANCE_MS) return;
    this.#lastMs = nowMs;
    this.#action();
  }
}
