/**
 * Answers that may be a moment old: a player of a private stream asks several times a second, and the database hears of it once
 * in three. Whoever asks while an answer is being fetched gets that one.
 */
import type { Clock } from '@pantau/base/clock';

export interface RecentAnswersOptions {
  readonly clock: Clock;
  /** Age at which an answer is fetched again, counted from when its fetching began. */
  readonly maxAgeMs: number;
  /** Beyond that the oldest is forgotten. */
  readonly maxEntries: number;
}

interface Entry<T> {
  readonly answer: Promise<T>;
  readonly askedAtMs: number;
}

export class RecentAnswers<T> {
  readonly #options: RecentAnswersOptions;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(options: RecentAnswersOptions) {
    this.#options = options;
  }

  /** @throws what `fetch` throws; a failure is not remembered. */
  get(key: string, fetch: () => Promise<T>): Promise<T> {
    const { clock, maxAgeMs, maxEntries } = this.#options;
    const nowMs = clock.monotonic();
    const known = this.#entries.get(key);
    if (known !== undefined && nowMs - known.askedAtMs < maxAgeMs) return known.answer;
    this.#entries.delete(key);
    if (this.#entries.size >= maxEntries) {
      const oldest = this.#entries.keys().next();
      if (oldest.done !== true) this.#entries.delete(oldest.value);
    }
    const entry: Entry<T> = { answer: fetch(), askedAtMs: nowMs };
    this.#entries.set(key, entry);
    entry.answer.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return entry.answer;
  }
}
