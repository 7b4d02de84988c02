/**
 * A worker thread with one read-only connection. It answers one query at a time; the pool on the main thread never
 * sends the next before the answer. Errors travel as their SQLite code and message.
 */
import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite3 from 'better-sqlite3';

/** Pool → worker. */
export interface ReadRequest {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Worker → pool: rows, or why not. */
export type ReadReply =
  | { readonly ok: true; readonly rows: unknown[] }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** What the pool passes when it starts a worker. */
export interface ReadWorkerData {
  readonly file: string;
}

if (parentPort === null) throw new Error('this file runs as a worker thread');
const port = parentPort;
// The only one who starts this file is the pool, with exactly this shape.
const { file } = workerData as ReadWorkerData;
// A reader of a WAL database is never blocked by the writer; the timeout covers recovery after a crash.
const handle = new BetterSqlite3(file, { readonly: true, fileMustExist: true, timeout: 5000 });

port.on('message', (request: ReadRequest) => {
  port.postMessage(answer(request));
});

function answer(request: ReadRequest): ReadReply {
  try {
    const statement = handle.prepare(request.sql);
    if (statement.reader) return { ok: true, rows: statement.all(...request.parameters) };
    // `begin` and `commit` around a consistent set of reads; anything else fails, the handle is read-only.
    statement.run(...request.parameters);
    return { ok: true, rows: [] };
  } catch (error) {
    const code = error instanceof BetterSqlite3.SqliteError ? error.code : 'SQLITE_ERROR';
    return { ok: false, code, message: error instanceof Error ? error.message : String(error) };
  }
}
