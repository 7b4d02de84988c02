/** Capped exponential backoff with jitter: who retries owns one of these. */
export interface BackoffOptions {
  /** Delay before the first retry, ms. */
  readonly initialMs: number;
  /** Upper bound of a delay, ms. */
  readonly maxMs: number;
  /** Growth per attempt. Default 2. */
  readonly factor?: number;
  /** Share of the delay that is random, 0..1. Default 0.3: delays fall in [0.7 d, d]. */
  readonly jitter?: number;
  /** Random source in [0, 1). Default Math.random. */
  readonly random?: () => number;
}

export class Backoff {
  readonly #options: Required<BackoffOptions>;
  #attempts = 0;

  constructor(options: BackoffOptions) {
    this.#options = { factor: 2, jitter: 0.3, random: Math.random, ...options };
  }

  /** Failed attempts since the last `reset`. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Counts a failure and returns how long to wait before the next attempt, ms. */
  next(): number {
    const { initialMs, maxMs, factor, jitter, random } = this.#options;
    const full = Math.min(maxMs, initialMs * factor ** Math.min(this.#attempts, 60));
    this.#attempts++;
    return Math.round(full * (1 - jitter * random()));
  }

  /** Call after success. */
  reset(): void {
    this.#attempts = 0;
  }
}
