import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '@pantau/base/clock';
import { silentLogger } from '@pantau/base/logger';
import { SYSTEM_ACTOR } from '../audit/actor.ts';
import { openSqlite } from '../db/sqlite-database.ts';
import { DATABASE_KINDS, makeTestFolder } from '../testing/open-test-database.ts';
import { openTestUsers, type TestUsers } from '../testing/open-test-users.ts';
import { createUserStore, type NewUser, type UserState } from './user-store.ts';

let number = 0;
function newUser(username: string, more: Partial<NewUser> = {}): NewUser {
  return {
    username,
    passwordHash: `hash of ${username}`,
    role: 'viewer',
    areaIds: [],
    mustChangePassword: true,
    webauthnUserId: `webauthn-${number++}`,
    ...more,
  };
}
const nothing = () => [];

describe.each(DATABASE_KINDS)('accounts on %s', (kind) => {
  let test: TestUsers;
  beforeAll(async () => {
    test = await openTestUsers(kind);
  }, 30_000);
  beforeEach(() => test.reset());
  afterAll(() => test.close());

  it('gives back exactly what was stored', async () => {
    const areaIds = [await test.addArea('A'), await test.addArea('B')];
    const created = await test.store.create(newUser('Viewer-1', { areaIds, webauthnUserId: 'w1' }), nothing);
    expect(created).toEqual({
      id: created.id,
      username: 'Viewer-1',
      role: 'viewer',
      enabled: true,
      mustChangePassword: true,
      passwordChangedAtMs: test.clock.now(),
      webauthnUserId: 'w1',
      hasTotp: false,
      passkeys: 0,
      areaIds,
      lastLoginAtMs: null,
      lastLoginIp: null,
      createdAtMs: test.clock.now(),
    });
    expect((await test.store.find(created.id))?.user).toEqual(created);
    expect((await test.store.findByName(' viewer-1'))?.user).toEqual(created);
    expect(await test.store.findByName('viewer-2')).toBeUndefined();
    expect(await test.store.find(created.id + 1)).toBeUndefined();
    expect(await test.store.findPasswordHash(created.id)).toBe('hash of Viewer-1');
    expect(await test.store.findPasswordHash(created.id + 1)).toBeUndefined();
  });

  it('counts live sessions and passkeys of each account, and lists its areas', async () => {
    const [a, b] = [await test.addArea('A'), await test.addArea('B')];
    const second = await test.store.create(newUser('b-second', { areaIds: [b, a] }), nothing);
    const first = await test.store.create(newUser('A-first'), nothing);
    await test.addSession(second.id, 's1');
    await test.addSession(second.id, 's2');
    await test.addSession(second.id, 'over', test.clock.now());
    await test.addSession(first.id, 's3');
    await addSecondFactors(test, first.id, 'p1');
    const listed = await test.store.list();
    expect(
      listed.map(({ user, sessions }) => [user.username, user.areaIds, user.passkeys, sessions]),
    ).toEqual([
      ['A-first', [], 1, 1],
      ['b-second', [a, b], 0, 2],
    ]);
    expect(listed.map(({ user }) => user.hasTotp)).toEqual([true, false]);
    expect(await test.store.find(second.id)).toEqual(listed[1]);
  });

  it('reads a list with two queries, however many accounts there are', async () => {
    for (let index = 0; index < 12; index++) await test.store.create(newUser(`viewer-${index}`), nothing);
    const before = test.database.stats().heavyReads;
    expect(await test.store.list()).toHaveLength(12);
    // PostgreSQL has no pool of ours to count.
    if (kind === 'sqlite') expect(test.database.stats().heavyReads - before).toBe(2);
  });

  it('has each name and each area once, whatever the case, and stores nothing of what failed', async () => {
    await test.store.create(newUser('Viewer-1'), nothing);
    const event = { type: 'USER_CREATED', actor: SYSTEM_ACTOR } as const;
    await expect(test.store.create(newUser('vIEWER-1'), () => [event])).rejects.toMatchObject({
      code: 'USER_EXISTS',
    });
    await expect(
      test.store.create(newUser('viewer-2', { areaIds: [4711] }), () => [event]),
    ).rejects.toMatchObject({ kind: 'not-found', code: 'AREA_NOT_FOUND' });
    const other = await test.store.create(newUser('viewer-3'), nothing);
    const update = (change: object) => test.store.update(other.id, () => ({ events: [event], ...change }));
    await expect(update({ username: 'VIEWER-1' })).rejects.toMatchObject({ code: 'USER_EXISTS' });
    await expect(update({ role: 'operator', areaIds: [4711] })).rejects.toMatchObject({
      code: 'AREA_NOT_FOUND',
    });
    expect((await test.store.find(other.id))?.user).toEqual(other);
    expect(await test.store.count()).toBe(2);
    expect(await test.takeEvents()).toEqual([]);
  });

  it('finds nobody by a name that no database can hold', async () => {
    await test.store.create(newUser('viewer-1'), nothing);
    for (const name of ['viewer-1\0', '\0', '\ud800'])
      expect(await test.store.findByName(name)).toBeUndefined();
  });

  it('keeps the hashes of the last five passwords of each account', async () => {
    const user = await test.store.create(newUser('viewer-1'), nothing);
    const other = await test.store.create(newUser('viewer-2'), nothing);
    for (let index = 1; index <= 6; index++) {
      await test.store.update(user.id, () => ({
        password: { hash: `h${index}`, mustChange: false },
        events: [],
      }));
    }
    expect(await test.store.listPasswordHashes(user.id)).toEqual(['h6', 'h5', 'h4', 'h3', 'h2']);
    expect(await test.store.listPasswordHashes(other.id)).toEqual(['hash of viewer-2']);
    const rows = await test.database.read.selectFrom('password_history').selectAll().execute();
    expect(rows).toHaveLength(6);
  });

  it('says when the password was changed', async () => {
    const user = await test.store.create(newUser('viewer-1'), nothing);
    await test.clock.advance(5000);
    const { user: changed } = await test.store.update(user.id, () => ({
      password: { hash: 'new', mustChange: false },
      events: [],
    }));
    expect(changed).toMatchObject({
      passwordChangedAtMs: user.passwordChangedAtMs + 5000,
      mustChangePassword: false,
    });
    const { user: renamed } = await test.store.update(user.id, () => ({ username: 'viewer-9', events: [] }));
    expect(renamed.passwordChangedAtMs).toBe(changed.passwordChangedAtMs);
  });

  it('removes second factors of this account only', async () => {
    const user = await test.store.create(newUser('viewer-1'), nothing);
    const other = await test.store.create(newUser('viewer-2'), nothing);
    await addSecondFactors(test, user.id, 'p1');
    await addSecondFactors(test, other.id, 'p2');
    const { user: changed } = await test.store.update(user.id, () => ({
      removeSecondFactors: true,
      events: [],
    }));
    expect(changed).toMatchObject({ hasTotp: false, passkeys: 0 });
    expect((await test.store.find(other.id))?.user).toMatchObject({ hasTotp: true, passkeys: 1 });
    const codes = await test.database.read.selectFrom('recovery_codes').select('user_id').execute();
    expect(codes).toEqual([{ user_id: other.id }]);
    const row = await test.database.read
      .selectFrom('users')
      .select(['totp_secret', 'totp_pending_secret', 'totp_last_step'])
      .where('id', '=', user.id)
      .executeTakeFirst();
    expect(row).toEqual({ totp_secret: null, totp_pending_secret: null, totp_last_step: null });
  });

  it('takes everything of an account with it', async () => {
    const user = await test.store.create(
      newUser('viewer-1', { areaIds: [await test.addArea('A')] }),
      nothing,
    );
    await addSecondFactors(test, user.id, 'p1');
    await test.addSession(user.id, 's1');
    const event = (count: number) =>
      ({ type: 'SESSION_INVALIDATED', actor: SYSTEM_ACTOR, details: { count } }) as const;
    await test.store.remove(user.id, () => ({ events: [], endSessions: { event } }));
    for (const table of ['user_areas', 'password_history', 'recovery_codes', 'passkeys', 'sessions'] as const)
      expect([table, await test.database.read.selectFrom(table).selectAll().execute()]).toEqual([table, []]);
    expect(await test.takeEvents()).toMatchObject([{ type: 'SESSION_INVALIDATED', details: { count: 1 } }]);
    await expect(
      test.store.remove(user.id, () => ({ events: [], endSessions: { event } })),
    ).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
  });

  it('remembers the last sign-in', async () => {
    const user = await test.store.create(newUser('viewer-1'), nothing);
    await test.store.recordLogin(user.id, '2001:db8::1');
    expect((await test.store.find(user.id))?.user).toMatchObject({
      lastLoginAtMs: test.clock.now(),
      lastLoginIp: '2001:db8::1',
    });
  });

  it('creates a first account once, however many try', async () => {
    const tries = await Promise.allSettled(
      [1, 2, 3].map((each) => test.store.createFirst(newUser(`administrator-${each}`), nothing)),
    );
    expect(tries.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(tries.find((each) => each.status === 'rejected')?.reason).toMatchObject({ code: 'SETUP_DONE' });
    expect(await test.store.count()).toBe(1);
  });

  it('shows a rule nothing but enabled administrators', async () => {
    const make = (name: string) => test.store.create(newUser(name, { role: 'administrator' }), nothing);
    const [one, two, three] = [await make('a-1'), await make('a-2'), await make('a-3')];
    await test.store.create(newUser('o-1', { role: 'operator' }), nothing);
    await test.store.update(three.id, () => ({ enabled: false, events: [] }));
    const seen: UserState[] = [];
    for (const { id } of [one, two, three]) {
      await test.store.update(id, (state) => {
        seen.push(state);
        return undefined;
      });
    }
    expect(seen.map((state) => state.otherAdministrators)).toEqual([1, 1, 2]);
    expect(await test.store.countAdministrators()).toBe(2);
  });
});

describe('two processes over one SQLite file', () => {
  it('cannot both find that another administrator stays', async () => {
    const folder = makeTestFolder();
    const options = { dataDir: folder.path, readConnections: 1, clock: systemClock, logger: silentLogger };
    const databases = [await openSqlite(options), await openSqlite(options)];
    const stores = databases.map((database) => createUserStore(database, systemClock));
    const [one, other] = stores;
    if (one === undefined || other === undefined) throw new Error('two were opened');
    const a = await one.create(newUser('a-1', { role: 'administrator' }), nothing);
    const b = await one.create(newUser('b-1', { role: 'administrator' }), nothing);
    const demote = (state: UserState) => {
      if (state.otherAdministrators === 0) throw new Error('the last one');
      return { role: 'viewer' as const, events: [] };
    };
    const results = await Promise.allSettled([one.update(a.id, demote), other.update(b.id, demote)]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await one.countAdministrators()).toBe(1);
    for (const database of databases) await database.close();
    folder.remove();
  });
});

async function addSecondFactors({ database, clock }: TestUsers, userId: number, credential: string) {
  await database.record(async (transaction) => {
    await transaction
      .updateTable('users')
      .set({ totp_secret: 'x', totp_pending_secret: 'y', totp_last_step: 7 })
      .where('id', '=', userId)
      .execute();
    await transaction.insertInto('recovery_codes').values({ user_id: userId, code_hash: 'c' }).execute();
    await transaction
      .insertInto('passkeys')
      .values({
        user_id: userId,
        credential_id: credential,
        public_key: 'k',
        counter: 0,
        transports: '[]',
        name: 'Kunci',
        synced: 0,
        created_at: clock.now(),
      })
      .execute();
  });
}
