/**
 * Signals and the end of the process. The first signal asks for a graceful stop, the second ends at once; a stop that
 * does not come to an end is ended, and says what was still open.
 */
import type { Clock, Timer } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import { EXIT_INTERNAL, EXIT_SECOND_SIGNAL, EXIT_STOP_FORCED } from './exit-codes.ts';

/** From the first signal to the end, at most, ms. */
const STOP_LIMIT_MS = 9500;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export class Lifecycle {
  readonly #clock: Clock;
  readonly #stop = Promise.withResolvers<string>();
  #logger: Logger | undefined;
  #asked = false;
  #guard: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves with the reason when the server shall stop. */
  get stopRequested(): Promise<string> {
    return this.#stop.promise;
  }

  /** Begins to listen for signals and for errors that nobody caught. */
  install(logger: Logger): void {
    this.#logger = logger;
    for (const signal of SIGNALS) process.on(signal, () => this.#onSignal(signal));
    process.on('uncaughtException', (error) => {
      // The state of the process is not known any more: go down in order rather than on.
      logger.error({ err: error }, 'Unexpected error; stopping');
      process.exitCode = EXIT_INTERNAL;
      this.requestStop('unexpected error');
    });
    process.on('unhandledRejection', (reason) => {
      // A forgotten promise concerns one task; a thousand viewers need not pay for it.
      logger.error({ err: reason }, 'Unexpected rejection');
    });
  }

  requestStop(reason: string): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#guard = this.#clock.setTimer(STOP_LIMIT_MS, () => this.#force(), { unref: true });
    this.#stop.resolve(reason);
  }

  #onSignal(signal: string): void {
    if (!this.#asked) {
      this.requestStop(signal);
      return;
    }
    this.#guard?.cancel();
    this.#logger?.warn({ signal }, 'Second signal: ending at once');
    // oxlint-disable-next-line no-restricted-properties -- the shutdown guard
    process.exit(EXIT_SECOND_SIGNAL);
  }

  #force(): void {
    const open = [...new Set(process.getActiveResourcesInfo())];
    this.#logger?.error({ open }, 'The stop took too long: ending the process');
    // oxlint-disable-next-line no-restricted-properties -- the shutdown guard
    process.exit(EXIT_STOP_FORCED);
  }
}
