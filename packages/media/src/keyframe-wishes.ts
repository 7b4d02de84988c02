/** Asks a camera for key frames, at most once a second, however many wishes there are: each costs it a burst of bytes. */
import type { Clock } from '@pantau/base/clock';

const LEAST_DISTANCE_MS = 1000;

export class KeyframeWishes {
  readonly #clock: Clock;
  readonly #ask: () => void;
  #lastMs = -Infinity;

  /** @param ask sends the request. Must not throw. */
  constructor(clock: Clock, ask: () => void) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** A key frame is wanted as soon as possible. */
  add(): void {
    const nowMs = this.#clock.monotonic();
    if (nowMs - this.#lastMs < LEAST_DISTANCE_MS) return;
    this.#lastMs = nowMs;
    this.#ask();
  }
}
