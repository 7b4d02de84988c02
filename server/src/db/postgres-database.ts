/**
 * PostgreSQL, for those who outgrew one file. The same stores and migrations; `read` and `heavy` are one pool, because
 * its driver does not block.
 */
import {
  Kysely,
  PostgresDialect,
  sql,
  type Dialect,
  type PostgresPool,
  type PostgresPoolClient,
  type Transaction,
} from 'kysely';
import pg from 'pg';
import type { Clock } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import type { Secret } from '@pantau/base/secret';
import type { Database, OpenDatabaseOptions, PoolStats } from './database.ts';
import { ANSWER_TIMEOUT_MESSAGE } from './database-error.ts';
import { migrate } from './migrations.ts';
import { bumpRevision, readRevision } from './revision.ts';
import type { Schema } from './schema.ts';
import { translatingDialect } from './translating-dialect.ts';
import { WriteQueue } from './write-queue.ts';

const MAX_WAITING_WRITES = 1000;
const CONNECT_TIMEOUT_MS = 5000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** The server itself ends a statement before; when not even that is heard, it or the network is gone. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5000;
/** A transaction of ours that nobody goes on with holds the writer's lock: the server ends it. */
const IDLE_TRANSACTION_MS = 60_000;
const INT8_OID = 20;
/** The advisory lock of whoever writes; any number that nobody else uses in this database. */
const WRITER_LOCK = sql.lit(7_268_424);

/** @throws AppError with a DATABASE_… code when the server cannot be reached or refuses. */
export async function openPostgres(
  options: OpenDatabaseOptions & { readonly url: Secret; readonly answerTimeoutMs?: number },
): Promise<Database> {
  const { logger, answerTimeoutMs = ANSWER_TIMEOUT_MS } = options;
  const pool = new pg.Pool({
    connectionString: options.url.reveal(),
    // One more than the readers: the writer has its own.
    max: options.readConnections + 1,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: answerTimeoutMs,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
    application_name: 'pantau',
    types: { getTypeParser: int8AsNumber },
  });
  // A connection that breaks, idle or at work, is replaced; without listeners on both it would end the process.
  pool.on('connect', (client) => {
    client.on('error', () => logger.warn({}, '[ConnectionPool] A database connection was lost'));
  });
  pool.on('error', () => undefined);
  const figures = new PoolFigures(pool, options.clock);
  return openPostgresDialect({
    dialect: new PostgresDialect({ pool: figures.countedPool() }),
    readConnections: options.readConnections,
    logger,
    readFigures: () => figures.read(),
  });
}

/** What is known of the connections of a pool; see `PoolStats`. */
export interface ConnectionFigures {
  readonly openReadConnections: number;
  readonly busy: number;
  readonly peak: number;
  readonly utilisation: number;
  readonly heavyReads: number;
  readonly waits: number;
}

/** Counts what pg's pool does not: how many connections were in use, for how long, and how often one was waited for. */
class PoolFigures {
  readonly #pool: pg.Pool;
  readonly #clock: Clock;
  readonly #openedAtMs: number;
  #busy = 0;
  #peak = 0;
  #busyMs = 0;
  #changedAtMs: number;
  #taken = 0;
  #waits = 0;

  constructor(pool: pg.Pool, clock: Clock) {
    this.#pool = pool;
    this.#clock = clock;
    this.#openedAtMs = clock.monotonic();
    this.#changedAtMs = this.#openedAtMs;
    pool.on('acquire', () => this.#change(1));
    pool.on('release', () => this.#change(-1));
  }

  countedPool(): PostgresPool {
    const pool = this.#pool;
    return {
      options: pool.options,
      connect: async () => {
        // Idle ones are handed out a moment later: those who wait for them are counted as waiting.
        const taken = pool.totalCount - pool.idleCount + pool.waitingCount;
        if (taken >= pool.options.max) this.#waits++;
        return endingWhenMute(await pool.connect());
      },
      end: () => pool.end(),
    };
  }

  read(): ConnectionFigures {
    this.#change(0);
    const availableMs = (this.#changedAtMs - this.#openedAtMs) * this.#pool.options.max;
    return {
      openReadConnections: this.#pool.totalCount,
      busy: this.#busy,
      peak: this.#peak,
      utilisation: availableMs > 0 ? this.#busyMs / availableMs : 0,
      heavyReads: this.#taken,
      waits: this.#waits,
    };
  }

  #change(by: -1 | 0 | 1): void {
    const nowMs = this.#clock.monotonic();
    this.#busyMs += this.#busy * (nowMs - this.#changedAtMs);
    this.#changedAtMs = nowMs;
    this.#busy += by;
    if (by === 1) this.#taken++;
    this.#peak = Math.max(this.#peak, this.#busy);
  }
}

/** A connection whose server did not answer in time is not given to anybody else: pg would put the next statement behind the lost one. */
function endingWhenMute(client: pg.PoolClient): PostgresPoolClient {
  let isMute = false;
  const query = async (text: string, parameters: readonly unknown[]) => {
    try {
      return await client.query(text, [...parameters]);
    } catch (error) {
      isMute ||= error instanceof Error && error.message === ANSWER_TIMEOUT_MESSAGE;
      throw error;
    }
  };
  const release = (destroy?: boolean) => client.release(destroy === true || isMute);
  // The overload for cursors is left out: nothing here streams rows.
  return { query, release } as unknown as PostgresPoolClient;
}

export interface OpenPostgresDialectOptions {
  readonly dialect: Dialect;
  readonly readConnections: number;
  readonly logger: Logger;
  readonly readFigures: () => ConnectionFigures;
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
    return this.record(async (transaction) => {
      const result = await work(transaction);
      await bumpRevision(transaction);
      return result;
    });
  }

  record<T>(work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T> {
    return this.#queue.run(() =>
      this.read.transaction().execute(async (transaction) => {
        // As `begin immediate` does on SQLite: what `work` reads stays true until it commits, whichever process writes.
        await sql`select pg_advisory_xact_lock(${WRITER_LOCK})`.execute(transaction);
        return await work(transaction);
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
    const queue = this.#queue.stats();
    return {
      maxReadConnections: this.#options.readConnections,
      ...this.#options.readFigures(),
      // pg's queue has no bound of its own; its connection timeout ends a wait.
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
