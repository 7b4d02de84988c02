/**
 * What only a real PostgreSQL server shows: several processes, lost connections, refused logins. `npm test` starts one; with
 * `npm run check` these are skipped, and the stores run on PGlite.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { sql } from 'kysely';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  createPostgresDatabase,
  openTestDatabase,
  openTestPostgres,
  TEST_POSTGRES_URL,
} from '../testing/open-test-database.ts';
import type { Database } from './database.ts';

const serverUrl = TEST_POSTGRES_URL ?? '';
const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** The address of a new, empty database. */
async function newDatabase(): Promise<string> {
  const created = await createPostgresDatabase(serverUrl);
  cleanUps.push(() => created.drop());
  return created.url;
}

async function openUrl(url: string): Promise<Database> {
  const database = await openTestPostgres(url);
  cleanUps.push(() => database.close());
  return database;
}

function withPart(url: string, part: 'password' | 'username' | 'pathname' | 'port', value: string): string {
  const changed = new URL(url);
  changed[part] = value;
  return changed.href;
}

/** A way to the server whose open connections can fall silent, as they do when a host or the network dies. */
async function openSilentWay(url: string): Promise<{ readonly url: string; silence(): void }> {
  const { hostname, port } = new URL(url);
  const open = new Set<Socket>();
  const way = createServer((near) => {
    const far = connect(Number(port), hostname);
    near.pipe(far).pipe(near);
    for (const [socket, other] of [[near, far] as const, [far, near] as const]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => void (open.delete(socket), other.destroy()));
    }
  });
  await once(way.listen(0, '127.0.0.1'), 'listening');
  cleanUps.push(() => {
    for (const socket of open) socket.destroy();
    return new Promise((resolve) => void way.close(() => resolve()));
  });
  // A server that listens on a port has such an address.
  const changed = withPart(url, 'port', String((way.address() as AddressInfo).port));
  return {
    url: changed,
    silence() {
      for (const socket of open) socket.unpipe().resume();
    },
  };
}

/** Changes a setting the way that loses updates when two do it at once: reads, then writes what it read plus one. */
async function addOne(database: Database): Promise<void> {
  await database.record(async (transaction) => {
    const row = await transaction
      .selectFrom('settings')
      .select('value')
      .where('key', '=', 'n')
      .executeTakeFirstOrThrow();
    await transaction
      .updateTable('settings')
      .set({ value: String(Number(row.value) + 1) })
      .where('key', '=', 'n')
      .execute();
  });
}

describe.skipIf(TEST_POSTGRES_URL === undefined)('a PostgreSQL server', () => {
  it('is what store tests get', async () => {
    const opened = await openTestDatabase('postgres');
    const { database } = opened;
    cleanUps.push(() => opened.close());
    const { rows } = await sql<{ version: string; name: string; port: number }>`
      select version() as version, current_database() as name, inet_server_port() as port`.execute(
      database.read,
    );
    expect(rows[0]?.version).toMatch(/^PostgreSQL \d+/);
    expect(rows[0]?.version).not.toMatch(/emcc|wasm|PGlite/i);
    expect(rows[0]?.port).toBe(Number(new URL(serverUrl).port));
    expect(rows[0]?.name).toMatch(/^pantau_test_/);
  });

  it('is left without the database that a test had', async () => {
    const opened = await openTestDatabase('postgres');
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(
      opened.database.read,
    );
    await opened.close();
    const other = await openUrl(await newDatabase());
    const found = await sql`select 1 from pg_database where datname = ${rows[0]?.name ?? ''}`.execute(
      other.read,
    );
    expect(rows[0]?.name).toMatch(/^pantau_test_/);
    expect(found.rows).toEqual([]);
  });

  it('gives its schema once, when several processes start on an empty database at once', async () => {
    const url = await newDatabase();
    const opened = await Promise.all([openUrl(url), openUrl(url), openUrl(url)]);
    for (const database of opened) expect(await database.readRevision()).toBe(0);
  });

  it('lets one writer at a time through, also of two processes', async () => {
    const url = await newDatabase();
    const [one, other] = [await openUrl(url), await openUrl(url)];
    await one.record((transaction) =>
      transaction.insertInto('settings').values({ key: 'n', value: '0', updated_at: 0 }).execute(),
    );
    await Promise.all(Array.from({ length: 60 }, (_, index) => addOne(index % 2 === 0 ? one : other)));
    const row = await other.read.selectFrom('settings').select('value').executeTakeFirstOrThrow();
    expect(row.value).toBe('60');
  });

  it('counts bigints and what it counts as numbers', async () => {
    const database = await openUrl(await newDatabase());
    const { rows } = await sql<{ large: unknown; count: unknown }>`
      select ${9_007_199_254_740_991}::bigint as large, count(*) as count from revision`.execute(
      database.read,
    );
    expect(rows).toEqual([{ large: 9_007_199_254_740_991, count: 1 }]);
  });

  it('replaces a connection that was lost', async () => {
    const database = await openUrl(await newDatabase());
    const killed = database.read.connection().execute(async (connection) => {
      await sql`select pg_terminate_backend(pg_backend_pid())`.execute(connection);
    });
    await expect(killed).rejects.toMatchObject({ kind: 'unavailable', code: 'DATABASE_UNAVAILABLE' });
    // The end of the socket comes a moment after the server's word of it.
    await vi.waitFor(() => database.ping());
    await database.write(() => Promise.resolve());
    expect(await database.readRevision()).toBe(1);
  });

  it('gives up on connections that fall silent, and goes on with new ones', async () => {
    const way = await openSilentWay(await newDatabase());
    const database = await openTestPostgres(way.url, { answerTimeoutMs: 300 });
    cleanUps.push(() => database.close());
    await database.ping();
    way.silence();
    await expect(database.ping()).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'DATABASE_UNAVAILABLE',
    });
    // Each of those that were open costs one try.
    await vi.waitFor(() => database.ping(), 10_000);
    const lost = database.write(async (transaction) => {
      way.silence();
      await transaction.insertInto('settings').values({ key: 'n', value: '0', updated_at: 0 }).execute();
    });
    await expect(lost).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await vi.waitFor(() => database.write(() => Promise.resolve()), 10_000);
    expect(await database.readRevision()).toBe(1);
  }, 30_000);

  it('has the server end a transaction that nobody goes on with, which holds the lock of the writer', async () => {
    const database = await openUrl(await newDatabase());
    const { rows } = await sql`show idle_in_transaction_session_timeout`.execute(database.read);
    expect(rows).toEqual([{ idle_in_transaction_session_timeout: '1min' }]);
  });

  it('rolls back a write whose connection is lost, and goes on with the next', async () => {
    const database = await openUrl(await newDatabase());
    const lost = database.write(async (transaction) => {
      await transaction.insertInto('settings').values({ key: 'n', value: '0', updated_at: 0 }).execute();
      await sql`select pg_terminate_backend(pg_backend_pid())`.execute(transaction);
    });
    await expect(lost).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await vi.waitFor(() => database.ping());
    await database.write(() => Promise.resolve());
    expect(await database.read.selectFrom('settings').selectAll().execute()).toEqual([]);
    expect(await database.readRevision()).toBe(1);
  });

  it.each([
    ['a wrong password', 'password', 'not-the-password', 'precondition'],
    ['an unknown user', 'username', 'nobody_of_that_name', 'precondition'],
    ['an unknown database', 'pathname', '/no_such_database', 'precondition'],
    ['a port where nobody listens', 'port', '1', 'unavailable'],
  ] as const)('refuses %s in words for the operator', async (_, part, value, kind) => {
    const refused = openTestPostgres(withPart(serverUrl, part, value));
    await expect(refused).rejects.toMatchObject({ kind, code: 'DATABASE_UNAVAILABLE' });
    await expect(refused).rejects.not.toThrow(new URL(serverUrl).password);
  });

  it('is left alone when a newer version wrote the database', async () => {
    const url = await newDatabase();
    const first = await openUrl(url);
    await sql`insert into kysely_migration (name, timestamp) values ('9999-from-the-future', '')`.execute(
      first.read,
    );
    await expect(openTestPostgres(url)).rejects.toMatchObject({ code: 'DATABASE_TOO_NEW' });
  });

  it('counts connections that were in use', async () => {
    const database = await openUrl(await newDatabase());
    await Promise.all(Array.from({ length: 12 }, () => sql`select pg_sleep(0.05)`.execute(database.heavy)));
    const stats = database.stats();
    expect(stats.peak).toBe(6);
    expect(stats.busy).toBe(0);
    expect(stats.waits).toBeGreaterThan(0);
    expect(stats.utilisation).toBeGreaterThan(0);
    expect(stats.utilisation).toBeLessThanOrEqual(1);
  });
});
