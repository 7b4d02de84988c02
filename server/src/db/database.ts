/**
 * What stores know of the database: where to read, how to write. `openDatabase` chooses the dialect.
 *
 *   read   small indexed queries (≤ 5 ms): SQLite answers on the main thread, without a queue
 *   heavy  everything else: SQLite answers in a worker thread, see `sqlite-read-pool.ts`
 *   write  one transaction at a time, bounded queue; its reads see its own changes
 */
import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import type { Secret } from '@pantau/base/secret';
import type { Schema } from './schema.ts';

export type DatabaseKind = 'sqlite' | 'postgres';

export interface Database extends AsyncDisposable {
  readonly kind: DatabaseKind;
  readonly read: Kysely<Schema>;
  readonly heavy: Kysely<Schema>;
  /**
   * Runs `work` in a transaction, after those that were asked for earlier. Bumps the revision when it commits.
   * @throws AppError OVERLOADED when too many writes wait; what `work` throws, after rolling back.
   */
  write<T>(work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T>;
  /** As `write`, but the revision stays: for what no read model shows, such as sessions, failed sign-ins, the audit trail. */
  record<T>(work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T>;
  /** A number that differs after any process committed a `write`. */
  readRevision(): Promise<number>;
  /** @throws AppError when the database does not answer. */
  ping(): Promise<void>;
  stats(): PoolStats;
  /** Waits for the queued writes, checkpoints the WAL, logs the figures, closes all connections. Idempotent. */
  close(): Promise<void>;
}

/** Figures of the pool since it was opened. */
export interface PoolStats {
  readonly maxReadConnections: number;
  readonly openReadConnections: number;
  /** Read connections that answer a query at this moment. */
  readonly busy: number;
  /** Most read connections that were busy at once. */
  readonly peak: number;
  /** Share of the read connections' time that was spent answering, 0..1. */
  readonly utilisation: number;
  readonly heavyReads: number;
  /** Heavy reads that had to wait for a free connection. */
  readonly waits: number;
  /** Heavy reads refused because too many waited. */
  readonly exhausted: number;
  readonly writes: number;
  readonly writesWaiting: number;
  /** Most writes that waited at once. */
  readonly writesWaitingPeak: number;
  /** Writes refused because too many waited. */
  readonly writesRefused: number;
}

export interface OpenDatabaseOptions {
  /** Folder of the SQLite file. */
  readonly dataDir: string;
  /** PostgreSQL instead of SQLite. */
  readonly databaseUrl?: Secret | undefined;
  /** Most read connections, 1..5. */
  readonly readConnections: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** @throws AppError with a DATABASE_… code and a message for the operator. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  if (options.databaseUrl !== undefined) {
    const { openPostgres } = await import('./postgres-database.ts');
    return openPostgres({ ...options, url: options.databaseUrl });
  }
  const { openSqlite } = await import('./sqlite-database.ts');
  return openSqlite(options);
}
