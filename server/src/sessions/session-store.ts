/** All SQL on the table `sessions`, except ending all of an account's within another change (`end-sessions.ts`). */
import type { Selectable } from 'kysely';
import type { Role } from '@pantau/contract/access';
import type { Clock } from '@pantau/base/clock';
import { appendAuditEvent } from '../audit/append-event.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { Database } from '../db/database.ts';
import { lockWrites } from '../db/revision.ts';
import type { SessionTable } from '../db/schema.ts';
import { endSessions } from './end-sessions.ts';
import type { Session } from './session.ts';

/** A session with what its account may do: read together, at each request. */
export interface SessionWithAccount {
  readonly session: Session;
  readonly account: {
    readonly username: string;
    readonly role: Role;
    readonly enabled: boolean;
    readonly mustChangePassword: boolean;
    readonly passwordChangedAtMs: number;
    readonly hasSecondFactor: boolean;
    readonly areaIds: ReadonlySet<number>;
  };
}

export interface SessionStore {
  /**
   * Stores a session and its audit entry; sessions of the account beyond `keep`, oldest first, end.
   * @param passwordChangedAtMs of the account, when its owner was proven.
   * @returns false when the account is not that any more: its password changed, it was disabled or removed.
   */
  create(
    session: Session,
    tokenHash: string,
    passwordChangedAtMs: number,
    keep: number,
    event: AuditEvent,
  ): Promise<boolean>;
  findByTokenHash(tokenHash: string): Promise<SessionWithAccount | undefined>;
  findById(id: string): Promise<SessionWithAccount | undefined>;
  /** Of one account, the one used last first. */
  list(userId: number): Promise<readonly Session[]>;
  /** Writes down when sessions were used last. */
  noteUse(
    uses: readonly { readonly id: string; readonly atMs: number; readonly address: string | null }[],
  ): Promise<void>;
  /** @returns whether the session is remembered; undefined when it is gone. */
  setTokenHash(id: string, tokenHash: string): Promise<boolean | undefined>;
  setConfirmed(id: string, atMs: number, event: AuditEvent): Promise<void>;
  /** @returns false when the account has no such session. */
  end(userId: number, id: string, event: AuditEvent): Promise<boolean>;
  /** Ends all of an account's, except one. @returns how many. */
  endAll(userId: number, exceptId: string | undefined, event: (count: number) => AuditEvent): Promise<number>;
  /** Removes what is over. */
  prune(expiredBeforeMs: number, idleBeforeMs: number): Promise<number>;
}

export function createSessionStore(database: Database, clock: Clock): SessionStore {
  const find = async (
    column: 'sessions.id' | 'sessions.token_hash',
    value: string,
  ): Promise<SessionWithAccount | undefined> => {
    const row = await database.read
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .selectAll('sessions')
      .select([
        'users.username',
        'users.role',
        'users.enabled',
        'users.must_change_password',
        'users.password_changed_at',
        'users.totp_secret',
      ])
      .where(column, '=', value)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const areas =
      row.role === 'viewer'
        ? await database.read
            .selectFrom('user_areas')
            .select('area_id')
            .where('user_id', '=', row.user_id)
            .execute()
        : [];
    const hasTotp = row.totp_secret !== null;
    const passkey = hasTotp
      ? undefined
      : await database.read
          .selectFrom('passkeys')
          .select('id')
          .where('user_id', '=', row.user_id)
          .executeTakeFirst();
    return {
      session: toSession(row),
      account: {
        username: row.username,
        role: row.role,
        enabled: row.enabled === 1,
        mustChangePassword: row.must_change_password === 1,
        passwordChangedAtMs: row.password_changed_at,
        hasSecondFactor: hasTotp || passkey !== undefined,
        areaIds: new Set(areas.map(({ area_id }) => area_id)),
      },
    };
  };

  return {
    async create(session, tokenHash, passwordChangedAtMs, keep, event) {
      return database.record(async (transaction) => {
        // What ends all sessions of an account comes wholly before this one begins, or finds it.
        await lockWrites(transaction);
        const account = await transaction
          .selectFrom('users')
          .select('id')
          .where('id', '=', session.userId)
          .where('enabled', '=', 1)
          .where('password_changed_at', '=', passwordChangedAtMs)
          .executeTakeFirst();
        if (account === undefined) return false;
        await transaction
          .insertInto('sessions')
          .values({
            id: session.id,
            token_hash: tokenHash,
            user_id: session.userId,
            remembered: session.remembered ? 1 : 0,
            ip: session.address,
            user_agent: session.userAgent?.slice(0, 300) ?? null,
            created_at: session.createdAtMs,
            last_used_at: session.lastUsedAtMs,
            expires_at: session.expiresAtMs,
            confirmed_at: session.confirmedAtMs,
          })
          .execute();
        const kept = await transaction
          .selectFrom('sessions')
          .select('id')
          .where('user_id', '=', session.userId)
          .orderBy('last_used_at', 'desc')
          .orderBy('created_at', 'desc')
          .limit(keep)
          .execute();
        await transaction
          .deleteFrom('sessions')
          .where('user_id', '=', session.userId)
          .where('id', '!=', session.id)
          .where(
            'id',
            'not in',
            kept.map(({ id }) => id),
          )
          .execute();
        await appendAuditEvent(transaction, event, clock.now());
        return true;
      });
    },

    findByTokenHash: (tokenHash) => find('sessions.token_hash', tokenHash),
    findById: (id) => find('sessions.id', id),

    async list(userId) {
      const rows = await database.read
        .selectFrom('sessions')
        .selectAll()
        .where('user_id', '=', userId)
        .orderBy('last_used_at', 'desc')
        .orderBy('id')
        .execute();
      return rows.map(toSession);
    },

    async noteUse(uses) {
      await database.record(async (transaction) => {
        for (const { id, atMs, address } of uses) {
          await transaction
            .updateTable('sessions')
            .set({ last_used_at: atMs, ip: address })
            .where('id', '=', id)
            .execute();
        }
      });
    },

    async setTokenHash(id, tokenHash) {
      const result = await database.record((transaction) =>
        transaction
          .updateTable('sessions')
          .set({ token_hash: tokenHash })
          .where('id', '=', id)
          .returning('remembered')
          .executeTakeFirst(),
      );
      return result === undefined ? undefined : result.remembered === 1;
    },

    async setConfirmed(id, atMs, event) {
      await database.record(async (transaction) => {
        await transaction.updateTable('sessions').set({ confirmed_at: atMs }).where('id', '=', id).execute();
        await appendAuditEvent(transaction, event, clock.now());
      });
    },

    async end(userId, id, event) {
      return database.record(async (transaction) => {
        const result = await transaction
          .deleteFrom('sessions')
          .where('id', '=', id)
          .where('user_id', '=', userId)
          .executeTakeFirst();
        if (result.numDeletedRows === 0n) return false;
        await appendAuditEvent(transaction, event, clock.now());
        return true;
      });
    },

    async endAll(userId, exceptId, event) {
      return database.record(async (transaction) => {
        const count = await endSessions(transaction, userId, exceptId);
        if (count > 0) await appendAuditEvent(transaction, event(count), clock.now());
        return count;
      });
    },

    async prune(expiredBeforeMs, idleBeforeMs) {
      const result = await database.record((transaction) =>
        transaction
          .deleteFrom('sessions')
          .where((expression) =>
            expression.or([
              expression('expires_at', '<=', expiredBeforeMs),
              expression.and([
                expression('remembered', '=', 0),
                expression('last_used_at', '<=', idleBeforeMs),
              ]),
            ]),
          )
          .executeTakeFirst(),
      );
      return Number(result.numDeletedRows);
    },
  };
}

function toSession(row: Selectable<SessionTable>): Session {
  return {
    id: row.id,
    userId: row.user_id,
    remembered: row.remembered === 1,
    address: row.ip,
    userAgent: row.user_agent,
    createdAtMs: row.created_at,
    lastUsedAtMs: row.last_used_at,
    expiresAtMs: row.expires_at,
    confirmedAtMs: row.confirmed_at,
  };
}
