/**
 * Up to n read connections, each a worker thread, opened when a query finds none free.
 *
 *   heavy query ──► free reader? ──► yes: answer
 *                        │ no, and fewer than n are open ──► open one
 *                        │ no ──► wait (bounded; the wait ends when its signal aborts)
 *                        └ too many wait ──► OVERLOADED, counted as "exhausted"
 *
 * A thread that dies fails its own query only; the next query opens another.
 */
import { CompiledQuery, type DatabaseConnection, type Driver } from 'kysely';
import { abortReason, type Clock } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import { SqliteReader } from './sqlite-reader.ts';

export interface SqliteReadPoolOptions {
  readonly file: string;
  /** Most connections that are open at once. */
  readonly maxConnections: number;
  /** Most queries that may wait for one. */
  readonly maxWaiting: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Replaces the worker's program, in tests of its failures. */
  readonly program?: URL;
}

export interface ReadPoolStats {
  readonly open: number;
  readonly busy: number;
  readonly peak: number;
  readonly utilisation: number;
  readonly queries: number;
  readonly waits: number;
  readonly exhausted: number;
}

interface Waiter {
  readonly take: (reader: SqliteReader) => void;
  readonly reject: (error: Error) => void;
}

export class SqliteReadPool implements Driver {
  readonly #options: SqliteReadPoolOptions;
  readonly #free: SqliteReader[] = [];
  /** Readers that answer, with `Clock.monotonic()` of when they were taken. */
  readonly #busy = new Map<SqliteReader, number>();
  readonly #waiting: Waiter[] = [];
  readonly #openedAtMs: number;
  #busyMs = 0;
  #peak = 0;
  #queries = 0;
  #waits = 0;
  #exhausted = 0;
  #closed = false;

  constructor(options: SqliteReadPoolOptions) {
    this.#options = options;
    this.#openedAtMs = options.clock.monotonic();
  }

  init(): Promise<void> {
    return Promise.resolve();
  }

  /** @throws AppError OVERLOADED when too many wait, STOPPING after `close`; the signal's reason. */
  async acquireConnection(options?: {
    readonly signal?: AbortSignal | undefined;
  }): Promise<DatabaseConnection> {
    if (this.#closed) throw closing();
    options?.signal?.throwIfAborted();
    this.#queries++;
    const free = this.#free.pop();
    if (free !== undefined) return this.#take(free);
    if (this.#busy.size < this.#options.maxConnections) return this.#take(this.#open());
    if (this.#waiting.length >= this.#options.maxWaiting) {
      this.#exhausted++;
      throw new AppError(
        'exhausted',
        'OVERLOADED',
        'Too many queries are waiting for the database; try again shortly.',
      );
    }
    this.#waits++;
    return this.#wait(options?.signal);
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (!(connection instanceof SqliteReader)) return Promise.resolve();
    const takenAtMs = this.#busy.get(connection);
    if (takenAtMs === undefined) return Promise.resolve();
    this.#busy.delete(connection);
    this.#busyMs += this.#options.clock.monotonic() - takenAtMs;
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(connection);
    else next.take(connection);
    return Promise.resolve();
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  /** Fails whoever waits, ends all threads. */
  async destroy(): Promise<void> {
    this.#closed = true;
    for (const waiter of this.#waiting.splice(0)) waiter.reject(closing());
    const readers = [...this.#free.splice(0), ...this.#busy.keys()];
    this.#busy.clear();
    await Promise.all(readers.map((reader) => reader.close()));
  }

  stats(): ReadPoolStats {
    const nowMs = this.#options.clock.monotonic();
    let busyMs = this.#busyMs;
    for (const takenAtMs of this.#busy.values()) busyMs += nowMs - takenAtMs;
    const availableMs = (nowMs - this.#openedAtMs) * this.#options.maxConnections;
    return {
      open: this.#free.length + this.#busy.size,
      busy: this.#busy.size,
      peak: this.#peak,
      utilisation: availableMs > 0 ? busyMs / availableMs : 0,
      queries: this.#queries,
      waits: this.#waits,
      exhausted: this.#exhausted,
    };
  }

  #open(): SqliteReader {
    const { file, clock, program } = this.#options;
    return new SqliteReader({
      file,
      clock,
      onGone: (reader) => this.#onGone(reader),
      ...(program === undefined ? {} : { program }),
    });
  }

  #take(reader: SqliteReader): SqliteReader {
    this.#busy.set(reader, this.#options.clock.monotonic());
    this.#peak = Math.max(this.#peak, this.#busy.size);
    return reader;
  }

  #wait(signal: AbortSignal | undefined): Promise<SqliteReader> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(abortReason(signal));
      };
      const waiter: Waiter = {
        take: (reader) => {
          signal?.removeEventListener('abort', onAbort);
          resolve(this.#take(reader));
        },
        reject: (error) => {
          signal?.removeEventListener('abort', onAbort);
          reject(error);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(waiter);
    });
  }

  #onGone(reader: SqliteReader): void {
    this.#options.logger.warn(
      {},
      '[ConnectionPool] A read connection was lost; another is opened when needed',
    );
    const index = this.#free.indexOf(reader);
    if (index >= 0) this.#free.splice(index, 1);
    const takenAtMs = this.#busy.get(reader);
    if (takenAtMs !== undefined) {
      this.#busyMs += this.#options.clock.monotonic() - takenAtMs;
      this.#busy.delete(reader);
    }
    if (this.#closed) return;
    this.#waiting.shift()?.take(this.#open());
  }
}

function closing(): AppError {
  return new AppError('cancelled', 'STOPPING', 'The database is closing.');
}
