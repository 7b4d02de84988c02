/**
 * Counts trouble that may come with every packet and reports it at most once per interval, so that a broken camera
 * cannot flood the log. The first occurrence is reported at once, the rest as a count with the last message.
 */
import type { Clock, Timer } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';

export interface ErrorTallyOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The log line, for example `packets from the camera were dropped`. */
  readonly message: string;
  /** Ms between two reports at least. Default 1 000. */
  readonly intervalMs?: number;
}

export class ErrorTally {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #message: string;
  readonly #intervalMs: number;
  #timer: Timer | undefined;
  #total = 0;
  #unreported = 0;
  #last = '';
  #isClosed = false;

  constructor(options: ErrorTallyOptions) {
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#message = options.message;
    this.#intervalMs = options.intervalMs ?? 1000;
  }

  /** Occurrences since the beginning. */
  get total(): number {
    return this.#total;
  }

  /** Counts one occurrence. `what` is a sentence without credentials; cheap to call for every packet. */
  add(what: string): void {
    this.#total++;
    this.#unreported++;
    this.#last = what;
    if (this.#isClosed) return;
    if (this.#timer === undefined) this.#report();
  }

  /** Reports what is left and stops the timer; what comes later is only counted. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#unreported > 0) this.#write();
  }

  #report(): void {
    this.#write();
    this.#timer = this.#clock.setTimer(this.#intervalMs, () => this.#onInterval(), { unref: true });
  }

  #onInterval(): void {
    this.#timer = undefined;
    if (this.#unreported > 0) this.#report();
  }

  #write(): void {
    this.#logger.warn({ count: this.#unreported, total: this.#total, last: this.#last }, this.#message);
    this.#unreported = 0;
  }
}
