import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import BetterSqlite3 from 'better-sqlite3';
import { Kysely, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock, type Clock } from '@pantau/base/clock';
import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { makeTestFolder } from '../testing/open-test-database.ts';
import { SqlitePoolDialect } from './sqlite-dialect.ts';
import { SqliteReadPool } from './sqlite-read-pool.ts';

/** Counts to about n: a query that takes as long as wanted. */
const count = (n: number) =>
  sql<{
    n: number;
  }>`with recursive c(n) as (select 1 union all select n + 1 from c where n < ${n}) select max(n) as n from c`;
/** About 100 ms. */
const SLOW = 300_000;

let folder: ReturnType<typeof makeTestFolder>;
let file: string;
beforeEach(() => {
  folder = makeTestFolder();
  file = join(folder.path, 'x.db');
  const handle = new BetterSqlite3(file);
  handle.pragma('journal_mode = WAL');
  handle.exec('create table t (v integer); insert into t values (1)');
  handle.close();
});
afterEach(() => folder.remove());

function open(options: { max?: number; waiting?: number; program?: URL; clock?: Clock } = {}) {
  const pool = new SqliteReadPool({
    file,
    maxConnections: options.max ?? 2,
    maxWaiting: options.waiting ?? 2,
    clock: options.clock ?? systemClock,
    logger: silentLogger,
    ...(options.program === undefined ? {} : { program: options.program }),
  });
  return { pool, db: new Kysely<unknown>({ dialect: new SqlitePoolDialect(pool) }) };
}

describe('SqliteReadPool', () => {
  it('opens connections on demand, at most as many as allowed, and counts', async () => {
    const { pool, db } = open();
    expect(pool.stats()).toMatchObject({ open: 0, busy: 0, peak: 0 });
    await count(10).execute(db);
    await count(10).execute(db);
    expect(pool.stats()).toMatchObject({ open: 1, busy: 0, peak: 1, queries: 2, waits: 0 });
    await Promise.all([1, 2, 3, 4].map(() => count(SLOW).execute(db)));
    expect(pool.stats()).toMatchObject({ open: 2, busy: 0, peak: 2, queries: 6, waits: 2, exhausted: 0 });
    expect(pool.stats().utilisation).toBeGreaterThan(0);
    await pool.destroy();
  });

  it('answers also under `node --watch`, whose reports come by the same way', async () => {
    vi.stubEnv('WATCH_REPORT_DEPENDENCIES', '1');
    const { pool, db } = open();
    expect((await count(10).execute(db)).rows).toEqual([{ n: 10 }]);
    await pool.destroy();
    vi.unstubAllEnvs();
  });

  it('leaves the event loop free while a query runs', async () => {
    const { pool, db } = open();
    await count(1).execute(db);
    let turns = 0;
    const query = count(SLOW * 3)
      .execute(db)
      .then(() => false);
    const turn = () => new Promise<boolean>((resolve) => setImmediate(() => resolve(true)));
    while (await Promise.race([query, turn()])) turns++;
    expect(turns).toBeGreaterThan(100);
    await pool.destroy();
  });

  it('refuses when too many wait, and lets a waiting query go when its signal aborts', async () => {
    const { pool, db } = open({ max: 1, waiting: 1 });
    const running = count(SLOW).execute(db);
    const abort = new AbortController();
    const waiting = expect(count(1).execute(db, { signal: abort.signal })).rejects.toThrow();
    // Both have reached the pool before the third comes.
    await new Promise((resolve) => setImmediate(resolve));
    await expect(count(1).execute(db)).rejects.toMatchObject({ code: 'OVERLOADED' });
    abort.abort(new Error('visitor left'));
    await waiting;
    await running;
    expect(pool.stats()).toMatchObject({ waits: 1, exhausted: 1, busy: 0 });
    await expect(count(1).execute(db)).resolves.toBeDefined();
    await pool.destroy();
  });

  it('cannot write', async () => {
    const { pool, db } = open();
    await expect(sql`insert into t values (2)`.execute(db)).rejects.toMatchObject({
      code: 'DATABASE_UNWRITABLE',
    });
    await pool.destroy();
  });

  it('reads one state of the database throughout a transaction', async () => {
    const { pool, db } = open();
    const writer = new BetterSqlite3(file);
    const seen = await db.transaction().execute(async (transaction) => {
      const before = await sql<{ v: number }>`select v from t`.execute(transaction);
      writer.exec('update t set v = 2');
      const after = await sql<{ v: number }>`select v from t`.execute(transaction);
      return [before.rows, after.rows];
    });
    expect(seen).toEqual([[{ v: 1 }], [{ v: 1 }]]);
    expect((await sql`select v from t`.execute(db)).rows).toEqual([{ v: 2 }]);
    writer.close();
    await pool.destroy();
  });

  it('survives threads that die: their query fails, the next one gets another thread', async () => {
    const program = join(folder.path, 'dying.mjs');
    writeFileSync(
      program,
      "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(3));",
    );
    const { pool, db } = open({ max: 1, waiting: 5, program: pathToFileURL(program) });
    const results = await Promise.allSettled([1, 2, 3].map(() => count(1).execute(db)));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(results[0]).toMatchObject({ reason: { code: 'DATABASE_UNAVAILABLE' } });
    expect(pool.stats()).toMatchObject({ open: 0, busy: 0 });
    await pool.destroy();
  });

  it('gives up a query that takes too long', async () => {
    const program = join(folder.path, 'silent.mjs');
    writeFileSync(
      program,
      "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => {});",
    );
    const clock = new VirtualClock();
    const { pool, db } = open({ program: pathToFileURL(program), clock });
    const query = expect(count(1).execute(db)).rejects.toMatchObject({ kind: 'timeout' });
    await clock.advance(30_000);
    await query;
    await pool.destroy();
  });

  it('fails whoever waits when it closes', async () => {
    const { pool, db } = open({ max: 1 });
    const queries = Promise.allSettled([count(SLOW * 10).execute(db), count(1).execute(db)]);
    await new Promise((resolve) => setImmediate(resolve));
    await pool.destroy();
    expect((await queries).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(count(1).execute(db)).rejects.toMatchObject({ code: 'STOPPING' });
  });
});
