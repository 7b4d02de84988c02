/**
 * Kysely's SQLite dialect over a driver of ours. Two drivers use it: one handle on the main thread, and the pool of
 * worker threads.
 */
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
} from 'kysely';
import { sleep, type Clock } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';
import type { SqliteConnection } from './sqlite-connection.ts';

export class SqlitePoolDialect implements Dialect {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  createDriver(): Driver {
    return this.#driver;
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new PoolAdapter();
  }

  // Kysely's own signature has `any` for the schema.
  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

/** Our drivers hand out connections safely themselves, and SQLite does roll back DDL. */
class PoolAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** How long another process may hold the write lock before we give up, ms. */
const LOCK_WAIT_MS = 5000;
const LOCK_RETRY_MS = 20;

/**
 * One handle on the main thread. A lock of another process (the command line, a backup tool) is waited for with a timer:
 * SQLite's own busy timeout would stop the whole event loop.
 */
export class SingleHandleDriver implements Driver {
  readonly #connection: SqliteConnection;
  readonly #clock: Clock;

  constructor(connection: SqliteConnection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  init(): Promise<void> {
    return Promise.resolve();
  }

  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(this.#connection);
  }

  /** Takes the write lock at once, so that no later statement of the transaction can meet a busy database. */
  async beginTransaction(): Promise<void> {
    const deadlineMs = this.#clock.monotonic() + LOCK_WAIT_MS;
    for (;;) {
      try {
        await this.#connection.executeQuery(CompiledQuery.raw('begin immediate'));
        return;
      } catch (error) {
        const busy = error instanceof AppError && error.code === 'DATABASE_BUSY';
        if (!busy || this.#clock.monotonic() >= deadlineMs) throw error;
      }
      await sleep(this.#clock, LOCK_RETRY_MS);
    }
  }

  async commitTransaction(): Promise<void> {
    await this.#connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(): Promise<void> {
    // A failed statement (disk full, for one) may have rolled back by itself.
    if (this.#connection.handle.inTransaction)
      await this.#connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  releaseConnection(): Promise<void> {
    return Promise.resolve();
  }

  destroy(): Promise<void> {
    this.#connection.handle.close();
    return Promise.resolve();
  }
}
