/**
 * A better-sqlite3 handle on the main thread as Kysely's connection, with a bounded cache of prepared statements.
 * The driver is synchronous: only queries of a few milliseconds belong here.
 */
import type BetterSqlite3 from 'better-sqlite3';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { AppError } from '@pantau/base/errors';
import { translateDatabaseError } from './database-error.ts';

const STATEMENT_CACHE_LIMIT = 200;

export class SqliteConnection implements DatabaseConnection {
  readonly handle: BetterSqlite3.Database;
  readonly #statements = new Map<string, BetterSqlite3.Statement>();

  constructor(handle: BetterSqlite3.Database) {
    this.handle = handle;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return Promise.resolve(this.#execute<R>(query.sql, query.parameters));
    } catch (error) {
      return Promise.reject(asError(translateDatabaseError(error)));
    }
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new AppError('unsupported', 'INTERNAL', 'rows are not streamed; ask for a page');
  }

  #execute<R>(sql: string, parameters: readonly unknown[]): QueryResult<R> {
    const statement = this.#prepare(sql);
    if (statement.reader) {
      // The row type is what the compiled query says it selects.
      return { rows: statement.all(...parameters) as R[] };
    }
    const { changes } = statement.run(...parameters);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  #prepare(sql: string): BetterSqlite3.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.handle.prepare(sql);
      const oldest = this.#statements.keys().next();
      if (this.#statements.size >= STATEMENT_CACHE_LIMIT && !oldest.done)
        this.#statements.delete(oldest.value);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
