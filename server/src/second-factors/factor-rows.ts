/** SQL that the stores of second factors share, inside their transactions. */
import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';

/**
 * Marks the account as changed. First in a transaction that depends on how many factors there are: where several
 * transactions may run at once (PostgreSQL), the others wait here.
 * @returns false when there is no such account.
 */
export async function touchUser(
  transaction: Transaction<Schema>,
  userId: number,
  nowMs: number,
): Promise<boolean> {
  const result = await transaction
    .updateTable('users')
    .set({ updated_at: nowMs })
    .where('id', '=', userId)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function countPasskeys(transaction: Transaction<Schema>, userId: number): Promise<number> {
  const row = await transaction
    .selectFrom('passkeys')
    .select((expression) => expression.fn.countAll<number | bigint | string>().as('count'))
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

export async function hasFactor(transaction: Transaction<Schema>, userId: number): Promise<boolean> {
  const user = await transaction
    .selectFrom('users')
    .select('totp_secret')
    .where('id', '=', userId)
    .executeTakeFirst();
  if (user === undefined) return false;
  return user.totp_secret !== null || (await countPasskeys(transaction, userId)) > 0;
}

/** The codes of before are gone. @param codeHashes as `hashRecoveryCode` makes them. */
export async function replaceRecoveryCodes(
  transaction: Transaction<Schema>,
  userId: number,
  codeHashes: readonly string[],
): Promise<void> {
  await transaction.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
  await transaction
    .insertInto('recovery_codes')
    .values(codeHashes.map((hash) => ({ user_id: userId, code_hash: hash, used_at: null })))
    .execute();
}

/** Recovery codes stand in for a factor; they go with the last one. @returns whether it was the last. */
export async function removeCodesWithoutFactor(
  transaction: Transaction<Schema>,
  userId: number,
): Promise<boolean> {
  if (await hasFactor(transaction, userId)) return false;
  await transaction.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
  return true;
}

export async function countCodesLeft(transaction: Transaction<Schema>, userId: number): Promise<number> {
  const row = await transaction
    .selectFrom('recovery_codes')
    .select((expression) => expression.fn.countAll<number | bigint | string>().as('count'))
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}
