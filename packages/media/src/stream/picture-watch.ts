import type { Clock } from '@pantau/base/clock';
import { MediaError } from '../media-error.ts';

/** Fails when no picture came for `stallMs`, beginning with the first one. */
export class PictureWatch {
  readonly failure: Promise<never>;
  readonly #clock: Clock;
  readonly #timer: { cancel(): void };
  #reject: (error: unknown) => void = () => undefined;
  #lastMs: number | undefined;

  constructor(clock: Clock, stallMs: number) {
    this.#clock = clock;
    this.failure = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    this.failure.catch(() => undefined);
    this.#timer = clock.setRepeating(
      Math.max(100, stallMs / 10),
      () => {
        if (this.#lastMs === undefined || clock.monotonic() - this.#lastMs < stallMs) return;
        this.fail(new MediaError('SOURCE_TIMEOUT', 'the camera sent no picture for too long'));
      },
      { unref: true },
    );
  }

  saw(): void {
    this.#lastMs = this.#clock.monotonic();
  }

  fail(error: unknown): void {
    this.#reject(error);
  }

  stop(): void {
    this.#timer.cancel();
  }
}
