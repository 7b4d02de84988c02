/** One read connection as the pool sees it: a worker thread that answers one query at a time. */
import { Worker } from 'node:worker_threads';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import type { Clock, Timer } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';
import { translateDatabaseError } from './database-error.ts';
import type { ReadReply, ReadRequest, ReadWorkerData } from './sqlite-read-worker.ts';

/** A query that runs longer is given up and its thread ended. */
const QUERY_LIMIT_MS = 30_000;

export interface SqliteReaderOptions {
  readonly file: string;
  readonly clock: Clock;
  /** The thread ended, by itself or after a query that took too long. Called once. */
  readonly onGone: (reader: SqliteReader) => void;
  /** Replaces the worker's program, in tests of its failures. */
  readonly program?: URL;
}

interface Pending {
  readonly resolve: (rows: unknown[]) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: Timer;
}

export class SqliteReader implements DatabaseConnection {
  readonly #worker: Worker;
  readonly #options: SqliteReaderOptions;
  #pending: Pending | undefined;
  #gone = false;

  constructor(options: SqliteReaderOptions) {
    this.#options = options;
    const data: ReadWorkerData = { file: options.file };
    this.#worker = new Worker(options.program ?? new URL('./sqlite-read-worker.ts', import.meta.url), {
      workerData: data,
      // The thread must not die of the flags of a test runner or a profiler.
      execArgv: [],
      // Nor mix what `node --watch` wants to know into its replies.
      env: { ...process.env, WATCH_REPORT_DEPENDENCIES: '' },
    });
    this.#worker.unref();
    this.#worker.on('message', (reply: ReadReply) => this.#onReply(reply));
    this.#worker.on('error', (error) => this.#onEnd(error));
    this.#worker.on('exit', () => this.#onEnd(new Error('the thread ended')));
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const rows = await this.#ask({ sql: query.sql, parameters: query.parameters });
    // The row type is what the compiled query says it selects.
    return { rows: rows as R[] };
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new AppError('unsupported', 'INTERNAL', 'rows are not streamed; ask for a page');
  }

  async close(): Promise<void> {
    this.#gone = true;
    this.#settle((pending) =>
      pending.reject(new AppError('cancelled', 'STOPPING', 'The database is closing.')),
    );
    await this.#worker.terminate();
  }

  #ask(request: ReadRequest): Promise<unknown[]> {
    if (this.#gone || this.#pending !== undefined) {
      return Promise.reject(
        new AppError('unavailable', 'DATABASE_UNAVAILABLE', 'A read connection was lost.'),
      );
    }
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.setTimer(QUERY_LIMIT_MS, () => this.#onLate(), { unref: true });
      this.#pending = { resolve, reject, timer };
      // While it answers, the thread keeps the process alive.
      this.#worker.ref();
      this.#worker.postMessage(request);
    });
  }

  #onReply(reply: ReadReply): void {
    this.#settle((pending) => {
      if (reply.ok) pending.resolve(reply.rows);
      else
        pending.reject(translateDatabaseError(Object.assign(new Error(reply.message), { code: reply.code })));
    });
  }

  #onLate(): void {
    const error = new AppError('timeout', 'DATABASE_UNAVAILABLE', 'A query took too long and was given up.');
    this.#settle((pending) => pending.reject(error));
    void this.#worker.terminate();
  }

  #onEnd(cause: Error): void {
    if (this.#gone) return;
    this.#gone = true;
    const translated = translateDatabaseError(cause);
    const error =
      translated instanceof AppError
        ? translated
        : new AppError('unavailable', 'DATABASE_UNAVAILABLE', 'A read connection was lost.', { cause });
    this.#settle((pending) => pending.reject(error));
    this.#options.onGone(this);
  }

  #settle(finish: (pending: Pending) => void): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    pending.timer.cancel();
    if (!this.#gone) this.#worker.unref();
    finish(pending);
  }
}
