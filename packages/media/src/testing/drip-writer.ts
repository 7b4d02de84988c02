/** Replies of the fake camera at once, or byte by byte (a slow loris). */
import type { Duplex } from 'node:stream';
import type { Clock, Timer } from '@pantau/base/clock';

export class DripWriter {
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #onDripping: (isDripping: boolean) => void;
  readonly #drips: Buffer[] = [];
  #timer: Timer | undefined;

  /** @param onDripping packets are to be held off while it is true. */
  constructor(stream: Duplex, clock: Clock, onDripping: (isDripping: boolean) => void) {
    this.#stream = stream;
    this.#clock = clock;
    this.#onDripping = onDripping;
  }

  /** @param byteIntervalMs ms between bytes, as it is at that moment; 0: at once. */
  write(text: string, byteIntervalMs: () => number): void {
    const bytes = Buffer.from(text, 'latin1');
    if (byteIntervalMs() <= 0 && this.#drips.length === 0) {
      this.#stream.write(bytes);
      return;
    }
    this.#drips.push(bytes);
    if (this.#timer === undefined) this.#next(byteIntervalMs);
  }

  close(): void {
    this.#timer?.cancel();
  }

  /** Writes one byte, then waits, until the queue of replies is empty. */
  #next(byteIntervalMs: () => number): void {
    const [bytes] = this.#drips;
    this.#onDripping(bytes !== undefined);
    if (bytes === undefined || this.#stream.destroyed) {
      this.#timer = undefined;
      return;
    }
    this.#stream.write(bytes.subarray(0, 1));
    if (bytes.length > 1) this.#drips[0] = bytes.subarray(1);
    else this.#drips.shift();
    this.#timer = this.#clock.setTimer(Math.max(1, byteIntervalMs()), () => this.#next(byteIntervalMs));
  }
}
