/**
 * The list of migrations, in order. A released migration is never changed; what comes later is a new file and a new line.
 * All of them run in one transaction: a failing one leaves the database as it was.
 */
import { sql, type Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { AppError } from '@pantau/base/errors';
import type { DatabaseKind } from './database.ts';
import type { Schema } from './schema.ts';
import { camerasAndAreas } from './migrations/0001-cameras-and-areas.ts';
import { identityAndAccess } from './migrations/0002-identity-and-access.ts';
import { cameraSources } from './migrations/0003-camera-sources.ts';

export function listMigrations(kind: DatabaseKind): Record<string, Migration> {
  return {
    '0001-cameras-and-areas': camerasAndAreas(kind),
    '0002-identity-and-access': identityAndAccess(kind),
    '0003-camera-sources': cameraSources(),
  };
}

/**
 * Brings the database to the newest schema.
 * @returns the names of the migrations that ran.
 * @throws AppError DATABASE_TOO_NEW when it has migrations this version does not know.
 */
export async function migrate(db: Kysely<Schema>, kind: DatabaseKind): Promise<readonly string[]> {
  const migrations = listMigrations(kind);
  const known = new Set(Object.keys(migrations));
  const unknown = (await listApplied(db)).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new AppError(
      'precondition',
      'DATABASE_TOO_NEW',
      `The database was written by a newer version of Pantau (it has "${unknown[0]}"). Update Pantau, or restore a backup made by this version.`,
    );
  }
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  return (results ?? []).map((result) => result.migrationName);
}

async function listApplied(db: Kysely<Schema>): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map((row) => row.name);
}
