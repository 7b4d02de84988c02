/** The accounts of an empty database, with a hasher and an estimator that cost nothing, and a look at what was written down. */
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { SYSTEM_ACTOR, type Actor } from '../audit/actor.ts';
import { PasswordPolicy } from '../auth/password-policy.ts';
import type { Database, DatabaseKind } from '../db/database.ts';
import { createUserStore, type UserStore } from '../users/user-store.ts';
import { UserService, type UserServiceOptions } from '../users/user-service.ts';
import { openTestDatabase } from './open-test-database.ts';
import { plainHasher } from './plain-hasher.ts';

export interface WrittenEvent {
  readonly type: string;
  readonly actor: string | null;
  readonly target: string | null;
  readonly details: unknown;
}

export interface TestUsers {
  readonly database: Database;
  readonly clock: VirtualClock;
  readonly store: UserStore;
  readonly users: UserService;
  /** A service over the same accounts with other options. */
  service(options: Partial<UserServiceOptions>): UserService;
  /** Empties the tables of accounts, areas and audit. */
  reset(): Promise<void>;
  /** What was written down since the last call. */
  takeEvents(): Promise<readonly WrittenEvent[]>;
  addArea(name: string): Promise<number>;
  addSession(userId: number, id: string, expiresAtMs?: number): Promise<void>;
  sessionsOf(userId: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Good enough for the rules, and different for each word. */
export const passwordOf = (word: string) => `jembatan ${word} kuning`;

export function actorOf(id: number, name = 'administrator-1'): Actor {
  return { ...SYSTEM_ACTOR, kind: 'account', id, name, address: '203.0.113.7' };
}

export async function openTestUsers(kind: DatabaseKind): Promise<TestUsers> {
  const opened = await openTestDatabase(kind);
  const { database } = opened;
  const clock = new VirtualClock();
  const store = createUserStore(database, clock);
  // The estimator's own tests are elsewhere: here a password is weak when it says so.
  const strength = {
    score: (texts: readonly string[]) => Promise.resolve(texts.some((text) => text.includes('weak')) ? 1 : 4),
  };
  const policy = new PasswordPolicy(strength, plainHasher);
  const service = (options: Partial<UserServiceOptions>) =>
    new UserService({ store, hasher: plainHasher, policy, ...options });
  return {
    database,
    clock,
    store,
    users: service({}),
    service,
    close: () => opened.close(),

    reset: () =>
      database.record(async (transaction) => {
        for (const table of ['users', 'areas', 'audit_events'] as const)
          await transaction.deleteFrom(table).execute();
      }),

    async takeEvents() {
      const rows = await database.record(async (transaction) => {
        const found = await transaction.selectFrom('audit_events').selectAll().orderBy('id').execute();
        await transaction.deleteFrom('audit_events').execute();
        return found;
      });
      return rows.map((row) => ({
        type: row.type,
        actor: row.actor_name ?? row.actor_kind,
        target: row.target_name,
        details: JSON.parse(row.details),
      }));
    },

    async addArea(name) {
      const nowMs = clock.now();
      const { id } = await database.record((transaction) =>
        transaction
          .insertInto('areas')
          .values({ name, sort_order: 0, created_at: nowMs, updated_at: nowMs })
          .returning('id')
          .executeTakeFirstOrThrow(),
      );
      return id;
    },

    async addSession(userId, id, expiresAtMs = clock.now() + 3_600_000) {
      const nowMs = clock.now();
      await database.record((transaction) =>
        transaction
          .insertInto('sessions')
          .values({
            id,
            token_hash: `hash of ${id}`,
            user_id: userId,
            remembered: 0,
            ip: null,
            user_agent: null,
            created_at: nowMs,
            last_used_at: nowMs,
            expires_at: expiresAtMs,
            confirmed_at: nowMs,
          })
          .execute(),
      );
    },

    async sessionsOf(userId) {
      const rows = await database.read
        .selectFrom('sessions')
        .select('id')
        .where('user_id', '=', userId)
        .orderBy('id')
        .execute();
      return rows.map((row) => row.id);
    },
  };
}
