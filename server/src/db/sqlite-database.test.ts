import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '@pantau/base/clock';
import { silentLogger, type Logger } from '@pantau/base/logger';
import { makeTestFolder } from '../testing/open-test-database.ts';
import { openSqlite, SQLITE_FILE_NAME } from './sqlite-database.ts';

let folder: ReturnType<typeof makeTestFolder>;
beforeEach(() => void (folder = makeTestFolder()));
afterEach(() => folder.remove());

const open = (logger: Logger = silentLogger) =>
  openSqlite({ dataDir: folder.path, readConnections: 5, clock: systemClock, logger });
const file = () => join(folder.path, SQLITE_FILE_NAME);
const addArea = (name: string) =>
  sql`insert into areas (name, sort_order, created_at, updated_at) values (${name}, 0, 0, 0)`;

describe('openSqlite', () => {
  it('says how many readers there are, and the figures at the end', async () => {
    const lines: [message: string, fields: object][] = [];
    const record = (fields: object, message: string) => void lines.push([message, fields]);
    const database = await open({ ...silentLogger, info: record });
    await database.write((transaction) => addArea('A').execute(transaction));
    await database.heavy.selectFrom('areas').selectAll().execute();
    await database.close();
    expect(lines.map(([message]) => message)).toEqual([
      'Database schema brought up to date',
      '[ConnectionPool] Initialized with max 5 read connections',
      '[ConnectionPool] Closing',
    ]);
    expect(lines[2]?.[1]).toMatchObject({
      maxReadConnections: 5,
      peak: 1,
      heavyReads: 1,
      writes: 1,
      exhausted: 0,
    });
  });

  it('uses WAL with foreign keys, and leaves one whole file behind', async () => {
    const database = await open();
    expect((await sql`pragma journal_mode`.execute(database.read)).rows).toEqual([{ journal_mode: 'wal' }]);
    await database.write(async (transaction) => {
      expect((await sql`pragma foreign_keys`.execute(transaction)).rows).toEqual([{ foreign_keys: 1 }]);
      await addArea('A').execute(transaction);
    });
    await database.close();
    await database.close();
    expect(readdirSync(folder.path)).toEqual([SQLITE_FILE_NAME]);
    const copy = new BetterSqlite3(file(), { readonly: true });
    expect(copy.prepare('select name from areas').all()).toEqual([{ name: 'A' }]);
    copy.close();
  });

  it('finishes the writes that wait before it closes', async () => {
    const database = await open();
    const writes = ['A', 'B', 'C'].map((name) =>
      database.write((transaction) => addArea(name).execute(transaction)),
    );
    await database.close();
    await Promise.all(writes);
    const reopened = await open();
    expect(await reopened.read.selectFrom('areas').select('name').execute()).toHaveLength(3);
    await reopened.close();
  });

  it('reads outside a transaction do not see its half-done work', async () => {
    const database = await open();
    await database.write(async (transaction) => {
      await addArea('A').execute(transaction);
      expect(await database.read.selectFrom('areas').selectAll().execute()).toEqual([]);
      expect(await transaction.selectFrom('areas').selectAll().execute()).toHaveLength(1);
    });
    expect(await database.read.selectFrom('areas').selectAll().execute()).toHaveLength(1);
    await database.close();
  });

  it('waits for another process that holds the write lock, with the event loop free', async () => {
    const database = await open();
    const other = new BetterSqlite3(file());
    other.exec('begin immediate');
    const write = database.write((transaction) => addArea('A').execute(transaction));
    let turns = 0;
    while (turns < 5) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    other.exec('commit');
    await write;
    expect(await database.read.selectFrom('areas').selectAll().execute()).toHaveLength(1);
    other.close();
    await database.close();
  });

  it('can be opened by two processes at the same first start', async () => {
    const [one, two] = await Promise.all([open(), open()]);
    await one.write((transaction) => addArea('A').execute(transaction));
    expect(await two.read.selectFrom('areas').selectAll().execute()).toHaveLength(1);
    expect(await two.readRevision()).toBe(1);
    await one.close();
    await two.close();
  });

  it('refuses a database of a newer version', async () => {
    await (await open()).close();
    const handle = new BetterSqlite3(file());
    handle.prepare("insert into kysely_migration values ('9999-future', '2030')").run();
    handle.close();
    await expect(open()).rejects.toMatchObject({
      code: 'DATABASE_TOO_NEW',
      message: expect.stringContaining('9999-future'),
    });
  });

  it('refuses a file that is no database, and leaves it alone', async () => {
    const text = 'this is not a database, but somebody may need it '.repeat(50);
    writeFileSync(file(), text);
    await expect(open()).rejects.toMatchObject({ code: 'DATABASE_CORRUPT' });
    expect(statSync(file()).size).toBe(text.length);
  });

  it('refuses a damaged database', async () => {
    const database = await open();
    await database.close();
    const size = statSync(file()).size;
    // The header survives, the pages behind it do not.
    const handle = new BetterSqlite3(file(), { readonly: true });
    const header = handle.serialize().subarray(0, 100);
    handle.close();
    writeFileSync(file(), Buffer.concat([header, Buffer.alloc(size - 100, 0xff)]));
    await expect(open()).rejects.toMatchObject({ code: 'DATABASE_CORRUPT' });
  });

  it.skipIf(process.getuid?.() === 0)('refuses a folder that cannot be written', async () => {
    chmodSync(folder.path, 0o500);
    await expect(open()).rejects.toMatchObject({ code: 'DATABASE_UNWRITABLE' });
    chmodSync(folder.path, 0o700);
  });

  it.skipIf(process.getuid?.() === 0)('refuses a file that it could only read', async () => {
    await (await open()).close();
    chmodSync(file(), 0o400);
    await expect(open()).rejects.toMatchObject({ code: 'DATABASE_UNWRITABLE' });
  });

  it('makes its files for the owner only, and leaves the mode of one that is there', async () => {
    const modes = () =>
      readdirSync(folder.path).map((name) => statSync(join(folder.path, name)).mode & 0o777);
    const database = await open();
    await database.write((transaction) => addArea('A').execute(transaction));
    expect(modes()).toEqual([0o600, 0o600, 0o600]);
    await database.close();
    chmodSync(file(), 0o640);
    await (await open()).close();
    expect(modes()).toEqual([0o640]);
  });

  it('refuses a folder that does not exist', async () => {
    const missing = join(folder.path, 'missing');
    const options = { dataDir: missing, readConnections: 5, clock: systemClock, logger: silentLogger };
    await expect(openSqlite(options)).rejects.toMatchObject({ code: 'DATABASE_UNWRITABLE' });
    expect(existsSync(missing)).toBe(false);
  });

  it('closes in order when the disk is too full for a checkpoint', async () => {
    const database = await open();
    const spy = vi.spyOn(BetterSqlite3.prototype, 'pragma').mockImplementation(() => {
      throw new BetterSqlite3.SqliteError('database or disk is full', 'SQLITE_FULL');
    });
    try {
      await database.close();
      expect(spy).toHaveBeenCalled();
    } finally {
      spy.mockRestore();
    }
    await (await open()).close();
  });

  it('lets a migration that fails leave nothing behind', async () => {
    const handle = new BetterSqlite3(file());
    // The migration creates `areas` first; `cameras` being there already makes it fail half-way.
    handle.exec('create table cameras (x)');
    handle.close();
    await expect(open()).rejects.toThrow();
    const after = new BetterSqlite3(file(), { readonly: true });
    const tables = after
      .prepare("select name from sqlite_master where type = 'table' and name in ('areas', 'revision')")
      .all();
    after.close();
    expect(tables).toEqual([]);
  });
});
