/**
 * The built-in database: one SQLite file in WAL mode.
 *
 *   writer   one handle, main thread, behind the write queue
 *   reader   one read-only handle, main thread: small reads that never see a half-done transaction
 *   pool     up to 5 read-only handles in worker threads: heavy reads
 */
import { accessSync, closeSync, constants, existsSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { Kysely, type Transaction } from 'kysely';
import type { Clock } from '@pantau/base/clock';
import { AppError, messageOf } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import type { Database, OpenDatabaseOptions, PoolStats } from './database.ts';
import { translateDatabaseError, unwritable } from './database-error.ts';
import { migrate } from './migrations.ts';
import { bumpRevision, readRevision } from './revision.ts';
import type { Schema } from './schema.ts';
import { SingleHandleDriver, SqlitePoolDialect } from './sqlite-dialect.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteReadPool } from './sqlite-read-pool.ts';
import { WriteQueue } from './write-queue.ts';

export const SQLITE_FILE_NAME = 'pantau.db';
/** Writes that may wait: a burst of a city's cameras, not a leak. */
const MAX_WAITING_WRITES = 1000;
const MAX_WAITING_READS = 200;
/** Ms that SQLite itself may block the main thread; longer waits use a timer (`SingleHandleDriver`). */
const BLOCKING_WAIT_MS = 20;

/** Opens (or creates) the file and brings its schema up to date. @throws AppError with a DATABASE_… code. */
export async function openSqlite(
  options: Pick<OpenDatabaseOptions, 'dataDir' | 'readConnections' | 'clock' | 'logger'>,
): Promise<Database> {
  const file = join(options.dataDir, SQLITE_FILE_NAME);
  const { clock, logger } = options;
  await using opened = new AsyncDisposableStack();
  try {
    const writer = opened.adopt(openWriter(file), (handle) => void handle.close());
    const writerDb = kyselyOver(writer, clock);
    const applied = await migrate(writerDb, 'sqlite');
    if (applied.length > 0) logger.info({ migrations: applied }, 'Database schema brought up to date');
    const reader = opened.adopt(
      new BetterSqlite3(file, { readonly: true, fileMustExist: true, timeout: BLOCKING_WAIT_MS }),
      (handle) => void handle.close(),
    );
    const pool = new SqliteReadPool({
      file,
      maxConnections: options.readConnections,
      maxWaiting: MAX_WAITING_READS,
      clock,
      logger,
    });
    logger.info({}, `[ConnectionPool] Initialized with max ${options.readConnections} read connections`);
    opened.move();
    return new SqliteDatabase({
      writer,
      reader,
      writerDb,
      pool,
      clock,
      logger,
      maxReaders: options.readConnections,
    });
  } catch (error) {
    throw translateDatabaseError(error);
  }
}

function openWriter(file: string): BetterSqlite3.Database {
  if (!existsSync(dirname(file))) {
    // The driver would say so with a TypeError.
    throw new AppError('precondition', 'DATABASE_UNWRITABLE', `The folder ${dirname(file)} does not exist.`);
  }
  prepareFile(file);
  const handle = new BetterSqlite3(file, { timeout: BLOCKING_WAIT_MS });
  try {
    handle.pragma('journal_mode = WAL');
    handle.pragma('synchronous = NORMAL');
    handle.pragma('foreign_keys = ON');
    // What is overwritten or deleted is gone from the file, a password that was plain text for one.
    handle.pragma('secure_delete = ON');
    // Bounds the file that a long reader lets grow.
    handle.pragma('journal_size_limit = 67108864');
    return handle;
  } catch (error) {
    handle.close();
    throw error;
  }
}

/**
 * Makes a missing file for the owner only: hashes of passwords and addresses of cameras are in it, and the files that SQLite puts
 * beside it get the same mode. One that cannot be written SQLite would open all the same, and fail at the first change.
 * @throws AppError DATABASE_UNWRITABLE
 */
function prepareFile(file: string): void {
  try {
    if (existsSync(file)) accessSync(file, constants.W_OK);
    else closeSync(openSync(file, 'a', 0o600));
  } catch (cause) {
    throw unwritable(cause);
  }
}

function kyselyOver(handle: BetterSqlite3.Database, clock: Clock): Kysely<Schema> {
  const driver = new SingleHandleDriver(new SqliteConnection(handle), clock);
  return new Kysely<Schema>({ dialect: new SqlitePoolDialect(driver) });
}

interface Parts {
  readonly writer: BetterSqlite3.Database;
  readonly reader: BetterSqlite3.Database;
  readonly writerDb: Kysely<Schema>;
  readonly pool: SqliteReadPool;
  readonly maxReaders: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

class SqliteDatabase implements Database {
  readonly kind = 'sqlite';
  readonly read: Kysely<Schema>;
  readonly heavy: Kysely<Schema>;
  readonly #parts: Parts;
  readonly #queue = new WriteQueue(MAX_WAITING_WRITES);
  #closing: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.read = kyselyOver(parts.reader, parts.clock);
    this.heavy = new Kysely<Schema>({ dialect: new SqlitePoolDialect(parts.pool) });
  }

  write<T>(work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T> {
    return this.record(async (transaction) => {
      const result = await work(transaction);
      await bumpRevision(transaction);
      return result;
    });
  }

  record<T>(work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T> {
    return this.#queue.run(() => this.#parts.writerDb.transaction().execute(work));
  }

  readRevision(): Promise<number> {
    return readRevision(this.read);
  }

  async ping(): Promise<void> {
    await this.readRevision();
  }

  stats(): PoolStats {
    const pool = this.#parts.pool.stats();
    const queue = this.#queue.stats();
    return {
      maxReadConnections: this.#parts.maxReaders,
      openReadConnections: pool.open,
      busy: pool.busy,
      peak: pool.peak,
      utilisation: pool.utilisation,
      heavyReads: pool.queries,
      waits: pool.waits,
      exhausted: pool.exhausted,
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
    const { writer, reader, pool, logger } = this.#parts;
    await this.#queue.flush();
    logger.info(this.stats(), '[ConnectionPool] Closing');
    await pool.destroy();
    reader.close();
    try {
      // Leaves one whole file behind: a copy of it is a backup.
      writer.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      // A full disk, for one. The WAL stays beside the file and is read at the next start.
      logger.warn({ reason: messageOf(error) }, 'The database could not be made one file; nothing is lost');
    } finally {
      writer.close();
    }
  }
}
