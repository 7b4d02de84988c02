/**
 * A counter in the database that every committed write raises. A running server reads it to notice what the command line
 * (another process, perhaps another machine) changed. A row works alike on SQLite and PostgreSQL.
 */
import { sql, type Kysely, type Transaction } from 'kysely';
import type { Schema } from './schema.ts';

export async function bumpRevision(transaction: Transaction<Schema>): Promise<void> {
  await transaction
    .updateTable('revision')
    .set({ value: sql`value + 1` })
    .where('id', '=', 1)
    .execute();
}

/**
 * Lets no other process write until this transaction ends: for a rule over several rows, such as "one administrator stays",
 * which two transactions could each find fulfilled. SQLite has a single writer anyway; PostgreSQL locks the row.
 * Call it first: what was read earlier may be old.
 */
export async function lockWrites(transaction: Transaction<Schema>): Promise<void> {
  await transaction
    .updateTable('revision')
    .set({ value: sql`value` })
    .where('id', '=', 1)
    .execute();
}

export async function readRevision(db: Kysely<Schema>): Promise<number> {
  const row = await db.selectFrom('revision').select('value').where('id', '=', 1).executeTakeFirstOrThrow();
  return row.value;
}
