/**
 * How much of one connection is read per second. A camera that floods is not read for the rest of the second: TCP slows it
 * down, and the thread stays free for the others. Far above what H.264 reaches (level 5.2: 30 MB/s, in full packets).
 */
import type { Clock } from '@pantau/base/clock';

const WINDOW_MS = 1000;
/** Frames. 4K at 100 Mbit/s has 9 000. */
const MAX_FRAMES = 12_000;
/** A message costs us as much as so many frames. */
const FRAMES_PER_MESSAGE = 10;
const MAX_BYTES = 32 * 1024 * 1024;

export class IntakeLimit {
  readonly #clock: Clock;
  #windowStartMs: number;
  #frames = 0;
  #bytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#windowStartMs = clock.monotonic();
  }

  addFrame(count = 1): void {
    this.#frames += count;
  }

  addMessage(): void {
    this.#frames += FRAMES_PER_MESSAGE;
  }

  /** Counts a chunk of the socket. @returns for how many ms nothing more should be read; 0 normally. */
  addChunk(byteLength: number): number {
    const elapsedMs = this.#clock.monotonic() - this.#windowStartMs;
    if (elapsedMs >= WINDOW_MS) {
      this.#windowStartMs += elapsedMs;
      this.#frames = 0;
      this.#bytes = 0;
      return 0;
    }
    this.#bytes += byteLength;
    return this.#frames > MAX_FRAMES || this.#bytes > MAX_BYTES ? WINDOW_MS - elapsedMs : 0;
  }
}
