/** Ends sign-in sessions inside the transaction that makes them invalid: a reset password, a changed role, a disabled account. */
import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';

/**
 * @param exceptSessionId stays: the session of the person who made the change.
 * @returns how many were ended.
 */
export async function endSessions(
  transaction: Transaction<Schema>,
  userId: number,
  exceptSessionId?: string,
): Promise<number> {
  let query = transaction.deleteFrom('sessions').where('user_id', '=', userId);
  if (exceptSessionId !== undefined) query = query.where('id', '!=', exceptSessionId);
  const result = await query.executeTakeFirst();
  return Number(result.numDeletedRows);
}
