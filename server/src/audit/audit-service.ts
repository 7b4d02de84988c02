/**
 * The audit trail: takes events that come without a change, gives out entries, and lets go of those that are too old.
 * Changes write their entry themselves, in their own transaction (`append-event.ts`).
 */
import { AUDIT_EVENT_TYPES, type AuditEventType, type AuditQuery } from '@pantau/contract/audit';
import type { Clock, Timer } from '@pantau/base/clock';
import { messageOf } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import { AUDIT_CSV_HEAD, formatAuditCsvLine } from './audit-csv.ts';
import { parseAuditQuery, type StoredAuditEntry } from './audit-entry.ts';
import type { AuditEvent } from './audit-event.ts';
import { AuditQueue } from './audit-queue.ts';
import type { AuditStore } from './audit-store.ts';
import { AuditTally } from './audit-tally.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const KEPT_MS = 90 * DAY_MS;
const FIRST_PRUNE_MS = 60_000;
/** One transaction; other writes get their turn between two. */
const PRUNE_BATCH = 500;
const TICK_MS = 5000;

const MAX_WAITING = 1000;
/** Of these, what strangers cause at will takes half at most. */
const MAX_WAITING_OFTEN = 500;
const MAX_TALLIES = 1000;

const SUMMARY_MS = 7 * DAY_MS;
const SUMMARY_ADDRESSES = 10;
const EXPORT_PAGE = 200;
const EXPORT_MAX = 10_000;

/** What strangers can cause at will: for `recordOften`, and counted in summaries as often as it happened. */
const OFTEN_TYPES: readonly AuditEventType[] = [
  'AUTH_FAILURE',
  'SECOND_FACTOR_FAILURE',
  'SETUP_REFUSED',
  'ORIGIN_VALIDATION_FAILURE',
  'RATE_LIMIT_EXCEEDED',
  'HOTLINK_REFUSED',
  'API_KEY_INVALID',
  'ACCESS_DENIED',
];
const FAILED_SIGN_INS: readonly AuditEventType[] = ['AUTH_FAILURE', 'SECOND_FACTOR_FAILURE'];

export interface AuditServiceOptions {
  readonly store: AuditStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class AuditService {
  readonly #options: AuditServiceOptions;
  readonly #queue: AuditQueue;
  readonly #tally: AuditTally;
  readonly #timers: Timer[] = [];
  #pruning: Promise<void> | undefined;
  #stopped = false;

  constructor(options: AuditServiceOptions) {
    const { store, clock, logger } = options;
    this.#options = options;
    this.#queue = new AuditQueue({
      append: (events) => store.append(events),
      limit: MAX_WAITING,
      clock,
      logger,
    });
    this.#tally = new AuditTally({
      limit: MAX_TALLIES,
      write: (event) => this.#queue.add(event),
      hasRoom: () => this.#queue.length < MAX_WAITING_OFTEN,
      clock,
    });
  }

  /** Begins retention and the writing of what was counted. */
  start(): void {
    const { clock } = this.#options;
    this.#timers.push(
      clock.setRepeating(TICK_MS, () => this.#tick(), { unref: true }),
      clock.setTimer(FIRST_PRUNE_MS, () => void this.#prune(), { unref: true }),
      clock.setRepeating(DAY_MS, () => void this.#prune(), { unref: true }),
    );
  }

  /** Writes what waits and what was counted, then no more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers.splice(0)) timer.cancel();
    await this.#pruning;
    await this.#queue.drain();
    for (const event of this.#tally.takeAll()) {
      if (this.#queue.length >= MAX_WAITING_OFTEN) await this.#queue.drain();
      this.#queue.add(event);
    }
    await this.#queue.close();
  }

  /** Writes an event that comes without a change; with one, its store appends it in the same transaction. Never throws. */
  record(event: AuditEvent): void {
    this.#queue.add(event);
  }

  /**
   * As `record`, at most once a minute for each type and `key`; `details.count` of the next entry says how often it
   * happened in between. For what strangers can cause at will.
   * @param key the address, account or key that causes it.
   */
  recordOften(event: AuditEvent, key: string): void {
    this.#tally.count(event, key);
  }

  /** Resolves when what was recorded so far is written, or the database does not take it. */
  async flush(): Promise<void> {
    await this.#queue.drain();
    if (this.#queue.length > 0) await this.#queue.drain();
  }

  /** One page, newest first. @throws AppError REQUEST_INVALID */
  list(query: AuditQuery): ReturnType<AuditStore['list']> {
    return this.#options.store.list(parseAuditQuery(query));
  }

  /** Every type there is, with what it says. */
  listTypes(): readonly { readonly type: string; readonly description: string }[] {
    return Object.entries(AUDIT_EVENT_TYPES).map(([type, description]) => ({ type, description }));
  }

  /** The last seven days in figures. */
  async summarise(): Promise<{
    readonly sinceMs: number;
    readonly byType: readonly { type: string; count: number }[];
    readonly failingAddresses: readonly { ip: string; count: number }[];
  }> {
    const { store, clock } = this.#options;
    const sinceMs = clock.now() - SUMMARY_MS;
    const [byType, failingAddresses] = await Promise.all([
      store.countByType(sinceMs, OFTEN_TYPES),
      store.countByAddress(sinceMs, FAILED_SIGN_INS, SUMMARY_ADDRESSES),
    ]);
    return { sinceMs, byType, failingAddresses };
  }

  /** The newest entries as CSV, in pieces, so that only a few are in memory. @throws AppError REQUEST_INVALID */
  exportCsv(query: Omit<AuditQuery, 'limit'>): AsyncIterable<string> {
    const filter = parseAuditQuery({ ...query, limit: EXPORT_PAGE });
    const { store } = this.#options;
    return (async function* () {
      let head = AUDIT_CSV_HEAD;
      let beforeId = filter.beforeId;
      for (let left = EXPORT_MAX; left > 0;) {
        const limit = Math.min(EXPORT_PAGE, left);
        const page: { entries: readonly StoredAuditEntry[]; nextBefore: number | null } = await store.list({
          ...filter,
          beforeId,
          limit,
        });
        yield head + page.entries.map(formatAuditCsvLine).join('');
        head = '';
        left -= page.entries.length;
        if (page.nextBefore === null) return;
        beforeId = page.nextBefore;
      }
    })();
  }

  #tick(): void {
    this.#tally.sweep();
    if (this.#queue.length > 0) void this.#queue.drain();
  }

  async #prune(): Promise<void> {
    if (this.#pruning !== undefined || this.#stopped) return;
    this.#pruning = this.#removeOld();
    await this.#pruning;
    this.#pruning = undefined;
  }

  async #removeOld(): Promise<void> {
    const { store, clock, logger } = this.#options;
    let removed = 0;
    try {
      for (let batch = PRUNE_BATCH; batch === PRUNE_BATCH && !this.#stopped; removed += batch)
        batch = await store.removeOlder(clock.now() - KEPT_MS, PRUNE_BATCH);
    } catch (error) {
      logger.error({ error: messageOf(error) }, 'Old entries of the audit trail could not be removed');
    }
    if (removed > 0) logger.info({ removed }, 'Entries of the audit trail older than 90 days were removed');
  }
}
