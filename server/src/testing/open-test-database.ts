/** Empty databases for store tests: one of each dialect. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGliteDialect } from 'kysely';
import { systemClock } from '@pantau/base/clock';
import { silentLogger } from '@pantau/base/logger';
import type { Database, DatabaseKind } from '../db/database.ts';
import { openPostgresDialect } from '../db/postgres-database.ts';
import { openSqlite } from '../db/sqlite-database.ts';

export const DATABASE_KINDS: readonly DatabaseKind[] = ['sqlite', 'postgres'];

/** A new folder under the system's temporary one; `remove` deletes it with everything in it. */
export function makeTestFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'pantau-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Closing it also deletes it. */
export async function openTestDatabase(
  kind: DatabaseKind,
): Promise<{ database: Database; close(): Promise<void> }> {
  if (kind === 'postgres') {
    const database = await openPostgresDialect({
      dialect: new PGliteDialect({ pglite: new PGlite() }),
      readConnections: 5,
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
    readConnections: 5,
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
