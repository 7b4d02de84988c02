/**
 * Fan-out of a camera that sends single JPEG pictures, which no browser plays as video: the newest picture goes to every viewer, at
 * most 15 in a second. What is older than the newest is of no use to anybody and is not kept.
 */
import type { Clock, Timer } from '@pantau/base/clock';
import type { ByeReason } from '../mse/mse-protocol.ts';
import type { VideoConfig } from '../sample.ts';

/** Ms between two pictures that are handed on. */
const MIN_INTERVAL_MS = 1000 / 15;

export interface PictureViewer {
  /** The newest picture; a viewer that is not done with the one before leaves out what came in between. Must not throw. */
  showPicture(picture: Buffer, config: VideoConfig): void;
  leave(reason: ByeReason, nowMs: number): void;
  tick(nowMs: number): void;
  terminate(): void;
}

export class PictureRelay {
  readonly #clock: Clock;
  readonly #onPicture: (picture: Buffer, config: VideoConfig) => void;
  #config: VideoConfig | undefined;
  #newest: Buffer | undefined;
  #isDue = false;
  #sentMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;

  /** @param onPicture hands the picture to all viewers. */
  constructor(clock: Clock, onPicture: (picture: Buffer, config: VideoConfig) => void) {
    this.#clock = clock;
    this.#onPicture = onPicture;
  }

  /** The newest picture, for who comes now. */
  get newest(): { readonly picture: Buffer; readonly config: VideoConfig } | undefined {
    if (this.#newest === undefined || this.#config === undefined) return undefined;
    return { picture: this.#newest, config: this.#config };
  }

  get byteLength(): number {
    return this.#newest?.length ?? 0;
  }

  setConfig(config: VideoConfig): void {
    this.#config = config;
    this.#newest = undefined;
  }

  push(picture: Buffer): void {
    this.#newest = picture;
    if (this.#isDue) return;
    const waitMs = this.#sentMs + MIN_INTERVAL_MS - this.#clock.monotonic();
    if (waitMs <= 0) {
      this.#send();
      return;
    }
    this.#isDue = true;
    this.#timer = this.#clock.setTimer(waitMs, () => this.#send(), { unref: true });
  }

  /** The camera is gone: what was its newest picture is old. */
  clear(): void {
    this.#timer?.cancel();
    this.#isDue = false;
    this.#newest = undefined;
  }

  #send(): void {
    this.#isDue = false;
    this.#sentMs = this.#clock.monotonic();
    if (this.#newest !== undefined && this.#config !== undefined) this.#onPicture(this.#newest, this.#config);
  }
}
