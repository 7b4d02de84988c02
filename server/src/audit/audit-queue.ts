/**
 * Entries on their way to the database. Whoever hands one over goes on at once; a database that is away is tried again,
 * and when too many wait the oldest are lost, which is counted and said.
 */
import type { Clock } from '@pantau/base/clock';
import { AppError, messageOf, type ErrorKind } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import type { AuditEvent } from './audit-event.ts';
import type { TimedAuditEvent } from './audit-store.ts';

const BATCH = 100;
/** After a failure nothing is tried for this long. */
const HOLD_OFF_MS = 5000;
const LOG_INTERVAL_MS = 60_000;

/** Failures that pass: the same entries may be written later. */
const PASSING: ReadonlySet<ErrorKind> = new Set([
  'unavailable',
  'exhausted',
  'timeout',
  'cancelled',
  'precondition',
]);

export interface AuditQueueOptions {
  readonly append: (events: readonly TimedAuditEvent[]) => Promise<void>;
  /** Most entries that wait. */
  readonly limit: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class AuditQueue {
  readonly #options: AuditQueueOptions;
  #waiting: TimedAuditEvent[] = [];
  #draining: Promise<void> | undefined;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #lastLogMs = Number.NEGATIVE_INFINITY;
  #lost = 0;

  constructor(options: AuditQueueOptions) {
    this.#options = options;
  }

  /** Entries that wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Never throws. */
  add(event: AuditEvent): void {
    this.#waiting.push({ event, atMs: this.#options.clock.now() });
    this.#trim();
    if (this.#draining === undefined && this.#options.clock.monotonic() >= this.#notBeforeMs)
      void this.drain();
  }

  /** Writes what waits, as far as the database takes it. Never throws. */
  drain(): Promise<void> {
    this.#draining ??= this.#drain().finally(() => (this.#draining = undefined));
    return this.#draining;
  }

  /** The last try. */
  async close(): Promise<void> {
    await this.drain();
    if (this.#waiting.length > 0) await this.drain();
    const lost = this.#lost + this.#waiting.length;
    this.#waiting = [];
    if (lost > 0) this.#options.logger.error({ lost }, 'Entries of the audit trail could not be written');
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      const rest = await this.#write(batch);
      if (rest.length > 0) {
        this.#waiting.unshift(...rest);
        this.#trim();
        this.#notBeforeMs = this.#options.clock.monotonic() + HOLD_OFF_MS;
        return;
      }
      this.#reportLost();
    }
  }

  /** @returns what is to be tried again. */
  async #write(batch: readonly TimedAuditEvent[]): Promise<readonly TimedAuditEvent[]> {
    try {
      await this.#options.append(batch);
      return [];
    } catch (error) {
      const [only] = batch;
      if (error instanceof AppError && PASSING.has(error.kind)) {
        this.#log({ error: messageOf(error) }, 'The audit trail cannot be written; its entries wait');
        return batch;
      }
      if (batch.length === 1) {
        // It would fail for ever and keep the others waiting.
        this.#lost++;
        this.#log({ error: messageOf(error), type: only?.event.type }, 'An audit entry cannot be stored');
        return [];
      }
    }
    for (const [index, entry] of batch.entries()) {
      const rest = await this.#write([entry]);
      if (rest.length > 0) return batch.slice(index);
    }
    return [];
  }

  #trim(): void {
    const excess = this.#waiting.length - this.#options.limit;
    if (excess <= 0) return;
    this.#waiting.splice(0, excess);
    if (this.#lost === 0)
      this.#options.logger.error({}, 'Too many audit entries wait: the oldest are lost from now on');
    this.#lost += excess;
  }

  #reportLost(): void {
    if (this.#lost === 0) return;
    this.#options.logger.error({ lost: this.#lost }, 'Entries of the audit trail were lost');
    this.#lost = 0;
  }

  #log(fields: object, message: string): void {
    const nowMs = this.#options.clock.monotonic();
    if (nowMs - this.#lastLogMs < LOG_INTERVAL_MS) return;
    this.#lastLogMs = nowMs;
    this.#options.logger.error({ ...fields, waiting: this.#waiting.length }, message);
  }
}
