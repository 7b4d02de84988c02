/** Reads accounts with what is counted and granted elsewhere: a fixed number of queries, however many accounts. */
import { sql, type Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { ListedUser } from './user.ts';

/** By name. @param nowMs UTC ms: sessions that ended by then do not count. */
export async function listUsers(db: Kysely<Schema>, nowMs: number): Promise<readonly ListedUser[]> {
  const rows = await selectUsers(db, nowMs).orderBy('users.username_folded').execute();
  const grants = await db.selectFrom('user_areas').selectAll().orderBy('area_id').execute();
  const areas = Map.groupBy(grants, (grant) => grant.user_id);
  return rows.map((row) => toListed(row, areas.get(row.id) ?? []));
}

/** By id, or by folded name. @param nowMs as for `listUsers`. */
export async function findUser(
  db: Kysely<Schema>,
  key: number | string,
  nowMs: number,
): Promise<ListedUser | undefined> {
  const query = selectUsers(db, nowMs);
  const row = await (
    typeof key === 'number'
      ? query.where('users.id', '=', key)
      : query.where('users.username_folded', '=', key)
  ).executeTakeFirst();
  if (row === undefined) return undefined;
  const grants = await db
    .selectFrom('user_areas')
    .select('area_id')
    .where('user_id', '=', row.id)
    .orderBy('area_id')
    .execute();
  return toListed(row, grants);
}

export async function countUsers(db: Kysely<Schema>): Promise<number> {
  const row = await db
    .selectFrom('users')
    .select((expression) => expression.fn.countAll<number | bigint | string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Enabled ones, without `exceptId`. */
export async function countAdministrators(db: Kysely<Schema>, exceptId?: number): Promise<number> {
  let query = db
    .selectFrom('users')
    .select((expression) => expression.fn.countAll<number | bigint | string>().as('count'))
    .where('role', '=', 'administrator')
    .where('enabled', '=', 1);
  if (exceptId !== undefined) query = query.where('id', '!=', exceptId);
  return Number((await query.executeTakeFirstOrThrow()).count);
}

/** Without the hash of the password and the secret of the second factor: nobody who lists needs them. */
function selectUsers(db: Kysely<Schema>, nowMs: number) {
  return db
    .selectFrom('users')
    .select([
      'users.id',
      'users.username',
      'users.role',
      'users.enabled',
      'users.must_change_password',
      'users.password_changed_at',
      'users.webauthn_user_id',
      'users.last_login_at',
      'users.last_login_ip',
      'users.created_at',
    ])
    .select((expression) => [
      sql<number>`case when users.totp_secret is null then 0 else 1 end`.as('has_totp'),
      expression
        .selectFrom('passkeys')
        .whereRef('passkeys.user_id', '=', 'users.id')
        .select((count) => count.fn.countAll<number | bigint | string>().as('count'))
        .as('passkeys'),
      expression
        .selectFrom('sessions')
        .whereRef('sessions.user_id', '=', 'users.id')
        .where('sessions.expires_at', '>', nowMs)
        .select((count) => count.fn.countAll<number | bigint | string>().as('count'))
        .as('sessions'),
    ]);
}

type Row = Awaited<ReturnType<ReturnType<typeof selectUsers>['execute']>>[number];

function toListed(row: Row, grants: readonly { readonly area_id: number }[]): ListedUser {
  return {
    user: {
      id: row.id,
      username: row.username,
      role: row.role,
      enabled: row.enabled === 1,
      mustChangePassword: row.must_change_password === 1,
      passwordChangedAtMs: row.password_changed_at,
      webauthnUserId: row.webauthn_user_id,
      hasTotp: row.has_totp === 1,
      passkeys: Number(row.passkeys),
      areaIds: grants.map((grant) => grant.area_id),
      lastLoginAtMs: row.last_login_at,
      lastLoginIp: row.last_login_ip,
      createdAtMs: row.created_at,
    },
    sessions: Number(row.sessions),
  };
}
