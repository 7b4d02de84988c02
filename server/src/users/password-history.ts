/** The hashes of an account's last passwords, the current one among them. */
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';

/** Adds the new current one and forgets those past `limit`. @param nowMs UTC ms. */
export async function rememberPassword(
  transaction: Transaction<Schema>,
  userId: number,
  hash: string,
  limit: number,
  nowMs: number,
): Promise<void> {
  await transaction
    .insertInto('password_history')
    .values({ user_id: userId, password_hash: hash, created_at: nowMs })
    .execute();
  const kept = await selectNewest(transaction, userId, limit).execute();
  await transaction
    .deleteFrom('password_history')
    .where('user_id', '=', userId)
    .where(
      'id',
      'not in',
      kept.map((row) => row.id),
    )
    .execute();
}

/** The current one first. */
export async function listPasswordHashes(
  db: Kysely<Schema>,
  userId: number,
  limit: number,
): Promise<readonly string[]> {
  const rows = await selectNewest(db, userId, limit).execute();
  return rows.map((row) => row.password_hash);
}

function selectNewest(db: Kysely<Schema>, userId: number, limit: number) {
  return db
    .selectFrom('password_history')
    .select(['id', 'password_hash'])
    .where('user_id', '=', userId)
    .orderBy('id', 'desc')
    .limit(limit);
}
