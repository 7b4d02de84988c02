/**
 * Empty databases for store tests: one of each dialect. PostgreSQL is the server that TEST_POSTGRES_URL leads to
 * (`npm test` starts one), and without it PGlite, PostgreSQL in WebAssembly inside this process.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGliteDialect } from 'kysely';
import pg from 'pg';
import { systemClock } from '@pantau/base/clock';
import { silentLogger } from '@pantau/base/logger';
import { Secret } from '@pantau/base/secret';
import type { Database, DatabaseKind } from '../db/database.ts';
import { openPostgres, openPostgresDialect } from '../db/postgres-database.ts';
import { openSqlite } from '../db/sqlite-database.ts';

export const DATABASE_KINDS: readonly DatabaseKind[] = ['sqlite', 'postgres'];

/** A superuser's address of a real PostgreSQL server; undefined where the tests do with PGlite. */
export const TEST_POSTGRES_URL = process.env['TEST_POSTGRES_URL'];

const READ_CONNECTIONS = 5;

/** A new folder under the system's temporary one; `remove` deletes it with everything in it. */
export function makeTestFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'pantau-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Closing it also deletes it. */
export async function openTestDatabase(
  kind: DatabaseKind,
): Promise<{ database: Database; close(): Promise<void> }> {
  if (kind === 'postgres' && TEST_POSTGRES_URL !== undefined) {
    const created = await createPostgresDatabase(TEST_POSTGRES_URL);
    try {
      const database = await openTestPostgres(created.url);
      return {
        database,
        async close() {
          await database.close();
          await created.drop();
        },
      };
    } catch (error) {
      await created.drop();
      throw error;
    }
  }
  if (kind === 'postgres') {
    const database = await openPostgresDialect({
      dialect: new PGliteDialect({ pglite: new PGlite() }),
      readConnections: READ_CONNECTIONS,
      logger: silentLogger,
      readFigures: () => ({
        openReadConnections: 1,
        busy: 0,
        peak: 1,
        utilisation: 0,
        heavyReads: 0,
        waits: 0,
      }),
    });
    return { database, close: () => database.close() };
  }
  const folder = makeTestFolder();
  const database = await openSqlite({
    dataDir: folder.path,
    readConnections: READ_CONNECTIONS,
    clock: systemClock,
    logger: silentLogger,
  });
  return {
    database,
    async close() {
      await database.close();
      folder.remove();
    },
  };
}

/** Opens a database of a PostgreSQL server as the application does. */
export function openTestPostgres(
  url: string,
  options: { readonly answerTimeoutMs?: number } = {},
): Promise<Database> {
  return openPostgres({
    ...options,
    url: new Secret(url),
    dataDir: '',
    readConnections: READ_CONNECTIONS,
    clock: systemClock,
    logger: silentLogger,
  });
}

/** A new, empty database on the server; its name is random, because test processes share the server. */
export async function createPostgresDatabase(
  serverUrl: string,
): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `pantau_test_${randomBytes(8).toString('hex')}`;
  await runOnPostgres(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => runOnPostgres(serverUrl, `drop database if exists ${name} with (force)`),
  };
}

/** One statement outside a transaction, on a connection of its own. */
async function runOnPostgres(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
