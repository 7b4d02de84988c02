/** All SQL on the tables `users`, `user_areas` and `password_history`, and on what is removed or counted with an account. */
import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';
import type { Role } from '@pantau/contract/access';
import { appendAuditEvent } from '../audit/append-event.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import { PASSWORD_HISTORY } from '../auth/password-policy.ts';
import type { Database } from '../db/database.ts';
import { isForeignKeyViolation, isUniqueViolation } from '../db/database-error.ts';
import { lockWrites } from '../db/revision.ts';
import type { Schema } from '../db/schema.ts';
import { foldName } from '../fields.ts';
import { storableText } from '../storable-text.ts';
import { endSessions } from '../sessions/end-sessions.ts';
import { listPasswordHashes, rememberPassword } from './password-history.ts';
import { countAdministrators, countUsers, findUser, listUsers } from './user-rows.ts';
import type { ListedUser, User } from './user.ts';

/** What a rule may look at before it allows a change; nothing of it can change until the transaction ends. */
export interface UserState {
  readonly user: User;
  readonly passwordHash: string;
  /** Enabled administrators other than this one. */
  readonly otherAdministrators: number;
}

export interface NewUser {
  readonly username: string;
  readonly passwordHash: string;
  readonly role: Role;
  readonly areaIds: readonly number[];
  readonly mustChangePassword: boolean;
  readonly webauthnUserId: string;
}

/** What a rule decided. What is left out stays. */
export interface UserUpdate {
  readonly username?: string;
  readonly role?: Role;
  readonly enabled?: boolean;
  readonly areaIds?: readonly number[];
  readonly password?: { readonly hash: string; readonly mustChange: boolean };
  /** TOTP, passkeys and recovery codes. */
  readonly removeSecondFactors?: boolean;
  readonly endSessions?: SessionEnd;
  readonly events: readonly AuditEvent[];
}

export interface SessionEnd {
  readonly exceptSessionId?: string | undefined;
  /** Written when there were any. */
  readonly event: (count: number) => AuditEvent;
}

export interface UserDeletion {
  readonly endSessions: SessionEnd;
  readonly events: readonly AuditEvent[];
}

export interface UserStore {
  /** By name. A heavy read of two queries, however many accounts there are. */
  list(): Promise<readonly ListedUser[]>;
  find(id: number): Promise<ListedUser | undefined>;
  /** Names compare without regard to case. */
  findByName(username: string): Promise<ListedUser | undefined>;
  findPasswordHash(id: number): Promise<string | undefined>;
  /** Of the last passwords, as many as may not come again; the current one first. */
  listPasswordHashes(id: number): Promise<readonly string[]>;
  count(): Promise<number>;
  /** Enabled ones. */
  countAdministrators(): Promise<number>;
  /** @throws AppError USER_EXISTS, AREA_NOT_FOUND */
  create(user: NewUser, describe: (created: User) => readonly AuditEvent[]): Promise<User>;
  /** As `create`, while there is no account at all. @throws AppError SETUP_DONE */
  createFirst(user: NewUser, describe: (created: User) => readonly AuditEvent[]): Promise<User>;
  /**
   * Runs `decide` inside the transaction and stores what it returns; undefined changes nothing.
   * @throws AppError USER_NOT_FOUND, USER_EXISTS, AREA_NOT_FOUND; what `decide` throws.
   */
  update(
    id: number,
    decide: (state: UserState) => UserUpdate | undefined,
  ): Promise<{ readonly user: User; readonly endedSessions: number }>;
  /** @throws AppError USER_NOT_FOUND; what `decide` throws. */
  remove(id: number, decide: (state: UserState) => UserDeletion): Promise<User>;
  recordLogin(id: number, address: string | null): Promise<void>;
  /** An entry about something that changed nothing. */
  recordEvent(event: AuditEvent): Promise<void>;
}

export function createUserStore(database: Database, clock: Clock): UserStore {
  const append = async (transaction: Transaction<Schema>, events: readonly AuditEvent[]) => {
    for (const event of events) await appendAuditEvent(transaction, event, clock.now());
  };

  const insert = async (transaction: Transaction<Schema>, user: NewUser): Promise<User> => {
    const nowMs = clock.now();
    const { id } = await transaction
      .insertInto('users')
      .values({
        username: user.username,
        username_folded: foldName(user.username),
        password_hash: user.passwordHash,
        role: user.role,
        enabled: 1,
        must_change_password: user.mustChangePassword ? 1 : 0,
        password_changed_at: nowMs,
        webauthn_user_id: user.webauthnUserId,
        created_at: nowMs,
        updated_at: nowMs,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    await insertAreas(transaction, id, user.areaIds);
    await rememberPassword(transaction, id, user.passwordHash, PASSWORD_HISTORY, nowMs);
    return getUser(transaction, id, nowMs);
  };

  const readState = async (transaction: Transaction<Schema>, id: number): Promise<UserState> => {
    await lockWrites(transaction);
    const user = await getUser(transaction, id, clock.now());
    const { password_hash: passwordHash } = await transaction
      .selectFrom('users')
      .select('password_hash')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return { user, passwordHash, otherAdministrators: await countAdministrators(transaction, id) };
  };

  const end = async (
    transaction: Transaction<Schema>,
    id: number,
    { exceptSessionId, event }: SessionEnd,
  ): Promise<number> => {
    const count = await endSessions(transaction, id, exceptSessionId);
    if (count > 0) await append(transaction, [event(count)]);
    return count;
  };

  return {
    list: () => listUsers(database.heavy, clock.now()),
    find: (id) => findUser(database.read, id, clock.now()),
    findByName: (username) => findUser(database.read, storableText(foldName(username)), clock.now()),

    async findPasswordHash(id) {
      const row = await database.read
        .selectFrom('users')
        .select('password_hash')
        .where('id', '=', id)
        .executeTakeFirst();
      return row?.password_hash;
    },

    listPasswordHashes: (id) => listPasswordHashes(database.read, id, PASSWORD_HISTORY),
    count: () => countUsers(database.read),
    countAdministrators: () => countAdministrators(database.read),

    create: (user, describe) =>
      translated(user.username, () =>
        database.record(async (transaction) => {
          const created = await insert(transaction, user);
          await append(transaction, describe(created));
          return created;
        }),
      ),

    createFirst: (user, describe) =>
      database.record(async (transaction) => {
        await lockWrites(transaction);
        if ((await countUsers(transaction)) > 0)
          throw new AppError('conflict', 'SETUP_DONE', 'There is an account already.');
        const created = await insert(transaction, user);
        await append(transaction, describe(created));
        return created;
      }),

    update: (id, decide) => {
      let wantedName = '';
      return translated(
        () => wantedName,
        () =>
          database.record(async (transaction) => {
            const state = await readState(transaction, id);
            const change = decide(state);
            if (change === undefined) return { user: state.user, endedSessions: 0 };
            wantedName = change.username ?? state.user.username;
            await transaction
              .updateTable('users')
              .set({ ...toColumns(change, clock.now()), updated_at: clock.now() })
              .where('id', '=', id)
              .execute();
            if (change.areaIds !== undefined) {
              await transaction.deleteFrom('user_areas').where('user_id', '=', id).execute();
              await insertAreas(transaction, id, change.areaIds);
            }
            if (change.password !== undefined)
              await rememberPassword(transaction, id, change.password.hash, PASSWORD_HISTORY, clock.now());
            if (change.removeSecondFactors) {
              await transaction.deleteFrom('passkeys').where('user_id', '=', id).execute();
              await transaction.deleteFrom('recovery_codes').where('user_id', '=', id).execute();
            }
            await append(transaction, change.events);
            const endedSessions =
              change.endSessions === undefined ? 0 : await end(transaction, id, change.endSessions);
            return { user: await getUser(transaction, id, clock.now()), endedSessions };
          }),
      );
    },

    remove: (id, decide) =>
      database.record(async (transaction) => {
        const state = await readState(transaction, id);
        const deletion = decide(state);
        await append(transaction, deletion.events);
        await end(transaction, id, deletion.endSessions);
        // What belongs to the account goes with it (ON DELETE CASCADE); the audit trail keeps its name.
        await transaction.deleteFrom('users').where('id', '=', id).execute();
        return state.user;
      }),

    recordLogin: (id, address) =>
      database.record(async (transaction) => {
        await transaction
          .updateTable('users')
          .set({ last_login_at: clock.now(), last_login_ip: address })
          .where('id', '=', id)
          .execute();
      }),

    recordEvent: (event) => database.record((transaction) => append(transaction, [event])),
  };
}

function toColumns(change: UserUpdate, nowMs: number) {
  const { username, role, enabled, password } = change;
  return {
    ...(username === undefined ? {} : { username, username_folded: foldName(username) }),
    ...(role === undefined ? {} : { role }),
    ...(enabled === undefined ? {} : { enabled: enabled ? (1 as const) : (0 as const) }),
    ...(password === undefined
      ? {}
      : {
          password_hash: password.hash,
          password_changed_at: nowMs,
          must_change_password: password.mustChange ? (1 as const) : (0 as const),
        }),
    ...(change.removeSecondFactors
      ? { totp_secret: null, totp_pending_secret: null, totp_last_step: null }
      : {}),
  };
}

async function insertAreas(
  transaction: Transaction<Schema>,
  userId: number,
  areaIds: readonly number[],
): Promise<void> {
  if (areaIds.length === 0) return;
  await transaction
    .insertInto('user_areas')
    .values(areaIds.map((areaId) => ({ user_id: userId, area_id: areaId })))
    .execute();
}

async function getUser(db: Kysely<Schema>, id: number, nowMs: number): Promise<User> {
  const found = await findUser(db, id, nowMs);
  if (found === undefined) throw new AppError('not-found', 'USER_NOT_FOUND', `There is no account ${id}.`);
  return found.user;
}

async function translated<T>(username: string | (() => string), work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isUniqueViolation(cause)) {
      const name = typeof username === 'string' ? username : username();
      throw new AppError('conflict', 'USER_EXISTS', `An account named "${name}" exists already.`, { cause });
    }
    if (isForeignKeyViolation(cause))
      throw new AppError('not-found', 'AREA_NOT_FOUND', 'One of the areas does not exist.', { cause });
    throw cause;
  }
}
