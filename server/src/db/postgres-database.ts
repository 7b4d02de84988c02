/**
 * PostgreSQL, for those who outgrew one file. The same stores and migrations; `read` and `heavy` are one pool, because
 * its driver does not block.
 */
import { Kysely, PostgresDialect, type Dialect, type Transaction } from 'kysely';
import pg from 'pg';
import type { Logger } from '@pantau/base/logger';
import type { Secret } from '@pantau/base/secret';
import type { Database, OpenDatabaseOptions, PoolStats } from './database.ts';
import { migrate } from './migrations.ts';
import { bumpRevision, readRevision } from './revision.ts';
import type { Schema } from './schema.ts';
import { translatingDialect } from './translating-dialect.ts';
import { WriteQueue } from './write-queue.ts';

const MAX_WAITING_WRITES = 1000;
const CONNECT_TIMEOUT_MS = 5000;
const STATEMENT_TIMEOUT_MS = 30_000;
const INT8_OID = 20;

/** @throws AppError with a DATABASE_… code when the server cannot be reached or refuses. */
export async function openPostgres(
  options: OpenDatabaseOptions & { readonly url: Secret },
): Promise<Database> {
  const { logger } = options;
  const pool = new pg.Pool({
    connectionString: options.url.reveal(),
    // One more than the readers: the writer has its own.
    max: options.readConnections + 1,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    application_name: 'pantau',
    types: { getTypeParser: int8AsNumber },
  });
  // An idle connection that breaks is replaced on the next query; without a listener it would end the process.
  pool.on('error', () => logger.warn({}, '[ConnectionPool] An idle database connection was lost'));
  return openPostgresDialect({
    dialect: new PostgresDialect({ pool }),
    readConnections: options.readConnections,
    logger,
    countConnections: () => ({ open: pool.totalCount, busy: pool.totalCount - pool.idleCount }),
  });
}

export interface OpenPostgresDialectOptions {
  readonly dialect: Dialect;
  readonly readConnections: number;
  readonly logger: Logger;
  readonly countConnections: () => { readonly open: number; readonly busy: number };
}

/** Over any PostgreSQL dialect: the pool above, or PGlite in tests. */
export async function openPostgresDialect(options: OpenPostgresDialectOptions): Promise<Database> {
  const db = new Kysely<Schema>({ dialect: translatingDialect(options.dialect) });
  try {
    const applied = await migrate(db, 'postgres');
    if (applied.length > 0)
      options.logger.info({ migrations: applied }, 'Database schema brought up to date');
  } catch (error) {
    await db.destroy();
    throw error;
  }
  options.logger.info(
    {},
    `[ConnectionPool] Initialized with max ${options.readConnections} read connections`,
  );
  return new PostgresDatabase(db, options);
}

class PostgresDatabase implements Database {
  readonly kind = 'postgres';
  readonly read: Kysely<Schema>;
  readonly heavy: Kysely<Schema>;
  readonly #options: OpenPostgresDialectOptions;
  readonly #queue = new WriteQueue(MAX_WAITING_WRITES);
  #closing: Promise<void> | undefined;

  constructor(db: Kysely<Schema>, options: OpenPostgresDialectOptions) {
    this.read = db;
    this.heavy = db;
    this.#options = options;
  }

  write<T>(work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T> {
    return this.#queue.run(() =>
      this.read.transaction().execute(async (transaction) => {
        const result = await work(transaction);
        await bumpRevision(transaction);
        return result;
      }),
    );
  }

  readRevision(): Promise<number> {
    return readRevision(this.read);
  }

  async ping(): Promise<void> {
    await this.readRevision();
  }

  stats(): PoolStats {
    const { open, busy } = this.#options.countConnections();
    const queue = this.#queue.stats();
    return {
      maxReadConnections: this.#options.readConnections,
      openReadConnections: open,
      busy,
      // PostgreSQL's driver queues by itself and does not count; what it cannot tell stays 0.
      peak: 0,
      utilisation: 0,
      heavyReads: 0,
      waits: 0,
      exhausted: 0,
      writes: queue.writes,
      writesWaiting: queue.waiting,
      writesWaitingPeak: queue.waitingPeak,
      writesRefused: queue.refused,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.#queue.flush();
    this.#options.logger.info(this.stats(), '[ConnectionPool] Closing');
    await this.read.destroy();
  }
}

/** `bigint` columns hold milliseconds and counters, both safe as numbers; everything else as pg does it. */
const int8AsNumber: typeof pg.types.getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format ?? 'text')) as typeof pg.types.getTypeParser;
