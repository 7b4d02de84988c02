/** Counts and durations of a simulated crowd, small enough to be sent from its process as one line of JSON. */
import { quantile } from '../../e2e/support/eventually.ts';

/** Durations kept; beyond that every new one replaces a random old one (reservoir sampling). */
const MAX_DURATIONS = 100_000;

export interface TallySummary {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export class Tally {
  readonly #durations: number[] = [];
  #count = 0;
  #maxMs = 0;

  add(durationMs: number): void {
    this.#count++;
    this.#maxMs = Math.max(this.#maxMs, durationMs);
    if (this.#durations.length < MAX_DURATIONS) {
      this.#durations.push(durationMs);
      return;
    }
    const at = Math.floor(Math.random() * this.#count);
    if (at < MAX_DURATIONS) this.#durations[at] = durationMs;
  }

  summarise(): TallySummary {
    return {
      count: this.#count,
      p50Ms: quantile(this.#durations, 0.5),
      p99Ms: quantile(this.#durations, 0.99),
      maxMs: this.#maxMs,
    };
  }
}
