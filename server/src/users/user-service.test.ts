import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '@pantau/contract/access';
import { consoleActor, SYSTEM_ACTOR, type Actor } from '../audit/actor.ts';
import { DATABASE_KINDS } from '../testing/open-test-database.ts';
import { actorOf, openTestUsers, passwordOf, type TestUsers } from '../testing/open-test-users.ts';
import type { User } from './user.ts';

const atConsole = consoleActor('user add');

describe.each(DATABASE_KINDS)('the rules about accounts on %s', (kind) => {
  let test: TestUsers;
  beforeAll(async () => {
    test = await openTestUsers(kind);
  }, 30_000);
  beforeEach(() => test.reset());
  afterAll(() => test.close());

  const add = async (username: string, role: Role = 'viewer', areaIds: readonly number[] = []) => {
    const user = await test.users.create({ username, password: passwordOf('tua'), role, areaIds }, atConsole);
    await test.takeEvents();
    return user;
  };
  const refusal = (code: string, field?: string, problem?: string) =>
    expect.objectContaining({
      code,
      ...(field === undefined
        ? {}
        : {
            details: expect.objectContaining({
              errors: [{ field, code: problem, message: expect.any(String) }],
            }),
          }),
    });

  describe('create', () => {
    it('makes an account that must change its password, and writes down everything but that', async () => {
      const area = await test.addArea('Kota');
      const user = await test.users.create(
        { username: ' viewer-1 ', password: passwordOf('baru'), role: 'viewer', areaIds: [area, area] },
        actorOf(7),
      );
      expect(user).toMatchObject({ username: 'viewer-1', areaIds: [area], mustChangePassword: true });
      const login = await test.users.findForLogin('VIEWER-1');
      expect(login).toEqual({ user, passwordHash: `plain:${passwordOf('baru')}` });
      const events = await test.takeEvents();
      expect(events).toEqual([
        {
          type: 'USER_CREATED',
          actor: 'administrator-1',
          target: 'viewer-1',
          details: {
            changes: {
              username: [null, 'viewer-1'],
              role: [null, 'viewer'],
              enabled: [null, true],
              area_ids: [null, [area]],
            },
          },
        },
      ]);
      expect(JSON.stringify(events)).not.toContain('jembatan');
    });

    it.each<[username: string]>([
      [''],
      ['ab'],
      ['a'.repeat(51)],
      ['dua kata'],
      ['kafé-1'],
      ['аdmin'],
      ['a/b'],
      ['a\0b'],
      ['a\nbc'],
      ["a';--"],
      ['<b>x</b>'],
    ])('refuses the name %j', async (username) => {
      const input = { username, password: passwordOf('baru'), role: 'viewer' } as const;
      await expect(test.users.create(input, atConsole)).rejects.toEqual(
        refusal('USER_INVALID', 'username', 'INVALID'),
      );
      expect(await test.users.count()).toBe(0);
    });

    it.each(['abc', 'a'.repeat(50), 'A.b_c-9', '007'])('takes the name %j', async (username) => {
      expect(await add(username)).toMatchObject({ username });
    });

    it('refuses a name that exists, areas of somebody who sees them all, and areas that do not exist', async () => {
      await add('viewer-1');
      const input = { username: 'Viewer-1', password: passwordOf('baru'), role: 'operator' } as const;
      await expect(test.users.create(input, atConsole)).rejects.toEqual(refusal('USER_EXISTS'));
      const area = await test.addArea('Kota');
      const second = { ...input, username: 'operator-1' };
      await expect(test.users.create({ ...second, areaIds: [area] }, atConsole)).rejects.toEqual(
        refusal('USER_INVALID', 'area_ids', 'NOT_A_VIEWER'),
      );
      await expect(
        test.users.create({ ...second, role: 'viewer', areaIds: [area + 1] }, atConsole),
      ).rejects.toEqual(refusal('AREA_NOT_FOUND'));
      expect(await test.users.count()).toBe(1);
    });

    it('applies the rules for passwords and writes down which refused, not what', async () => {
      const input = { username: 'viewer-1', password: 'viewer-1', role: 'viewer' } as const;
      await expect(test.users.create(input, actorOf(7))).rejects.toMatchObject({ code: 'PASSWORD_REFUSED' });
      await expect(
        test.users.create({ ...input, password: 'weak weak weak' }, actorOf(7)),
      ).rejects.toMatchObject({ code: 'PASSWORD_REFUSED' });
      expect(await test.takeEvents()).toEqual([
        {
          type: 'PASSWORD_VALIDATION_FAILED',
          actor: 'administrator-1',
          target: 'viewer-1',
          details: { problems: ['TOO_SHORT', 'CONTAINS_USERNAME'] },
        },
        expect.objectContaining({ details: { problems: ['TOO_WEAK'] } }),
      ]);
      expect(await test.users.count()).toBe(0);
    });

    it('gives each account another WebAuthn name', async () => {
      const [one, two] = [await add('viewer-1'), await add('viewer-2')];
      expect(one.webauthnUserId).toMatch(/^[\w-]{43}$/);
      expect(two.webauthnUserId).not.toBe(one.webauthnUserId);
    });
  });

  describe('createFirst', () => {
    const input = { username: 'administrator-1', password: passwordOf('baru') };

    it('makes an administrator who chose the password themselves', async () => {
      const actor: Actor = { ...SYSTEM_ACTOR, kind: 'anonymous', address: '203.0.113.7' };
      const user = await test.users.createFirst(input, actor);
      expect(user).toMatchObject({ role: 'administrator', enabled: true, mustChangePassword: false });
      expect((await test.takeEvents()).map(({ type }) => type)).toEqual(['USER_CREATED', 'SETUP_COMPLETED']);
    });

    it('is done once, even by two at the same time', async () => {
      const results = await Promise.allSettled([
        test.users.createFirst(input, atConsole),
        test.users.createFirst({ ...input, username: 'administrator-2' }, atConsole),
      ]);
      expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      await expect(test.users.createFirst(input, atConsole)).rejects.toEqual(refusal('SETUP_DONE'));
      expect(await test.users.count()).toBe(1);
    });

    it('is done when there is any account, even a disabled viewer', async () => {
      const viewer = await add('viewer-1');
      await test.users.update(viewer.id, { enabled: false }, atConsole);
      await expect(test.users.createFirst(input, atConsole)).rejects.toEqual(refusal('SETUP_DONE'));
    });

    it('keeps to the rules', async () => {
      await expect(test.users.createFirst({ ...input, username: 'x' }, atConsole)).rejects.toEqual(
        refusal('USER_INVALID', 'username', 'INVALID'),
      );
      await expect(test.users.createFirst({ ...input, password: 'pendek' }, atConsole)).rejects.toMatchObject(
        {
          code: 'PASSWORD_REFUSED',
        },
      );
    });
  });

  describe('update', () => {
    let administrator: User;
    let actor: Actor;
    beforeEach(async () => {
      administrator = await add('administrator-1', 'administrator');
      actor = actorOf(administrator.id);
    });

    it('writes down what changed, old and new, and nothing when nothing did', async () => {
      const [a, b] = [await test.addArea('A'), await test.addArea('B')];
      const user = await add('viewer-1', 'viewer', [a]);
      const changed = await test.users.update(user.id, { username: 'viewer-9', areaIds: [b, a] }, actor);
      expect(changed).toEqual({ ...user, username: 'viewer-9', areaIds: [a, b] });
      expect(await test.takeEvents()).toEqual([
        {
          type: 'USER_UPDATED',
          actor: 'administrator-1',
          target: 'viewer-1',
          details: {
            changes: {
              username: ['viewer-1', 'viewer-9'],
              area_ids: [[a], [a, b]],
            },
          },
        },
      ]);
      await test.users.update(user.id, { username: 'viewer-9', enabled: true, areaIds: [a, b] }, actor);
      expect(await test.takeEvents()).toEqual([]);
    });

    it('ends the sessions of who got another role or was disabled, and of nobody else', async () => {
      const area = await test.addArea('Kota');
      const user = await add('viewer-1');
      const other = await add('viewer-2');
      await test.addSession(other.id, 'other');
      const withSessions = async (change: object) => {
        await test.addSession(user.id, 's1');
        await test.addSession(user.id, 's2');
        await test.users.update(user.id, change, actor);
        const left = await test.sessionsOf(user.id);
        const ended = (await test.takeEvents()).filter(({ type }) => type === 'SESSION_INVALIDATED');
        await test.database.record((transaction) =>
          transaction.deleteFrom('sessions').where('user_id', '=', user.id).execute(),
        );
        return [left.length, ended.map(({ details }) => details)];
      };
      const all = [0, [{ sessions: 2, reason: 'account changed' }]];
      expect(await withSessions({ areaIds: [area] })).toEqual([2, []]);
      expect(await withSessions({ username: 'viewer-3' })).toEqual([2, []]);
      expect(await withSessions({ role: 'operator' })).toEqual(all);
      expect(await withSessions({ enabled: false })).toEqual(all);
      expect(await withSessions({ enabled: true })).toEqual(all);
      expect(await test.sessionsOf(other.id)).toEqual(['other']);
    });

    it('takes the areas of who stops being a viewer', async () => {
      const area = await test.addArea('Kota');
      const user = await add('viewer-1', 'viewer', [area]);
      expect(await test.users.update(user.id, { role: 'operator' }, actor)).toMatchObject({ areaIds: [] });
      await expect(test.users.update(user.id, { areaIds: [area] }, actor)).rejects.toEqual(
        refusal('USER_INVALID', 'area_ids', 'NOT_A_VIEWER'),
      );
      const back = await test.users.update(user.id, { role: 'viewer', areaIds: [area] }, actor);
      expect(back).toMatchObject({ role: 'viewer', areaIds: [area] });
    });

    it('refuses what does not exist and names that are taken', async () => {
      await add('viewer-1');
      const user = await add('viewer-2');
      await expect(test.users.update(4711, { enabled: false }, actor)).rejects.toEqual(
        refusal('USER_NOT_FOUND'),
      );
      await expect(test.users.update(user.id, { username: 'VIEWER-1' }, actor)).rejects.toEqual(
        refusal('USER_EXISTS'),
      );
      await expect(test.users.update(user.id, { areaIds: [4711] }, actor)).rejects.toEqual(
        refusal('AREA_NOT_FOUND'),
      );
      // One's own name in other letters is no other's.
      expect(await test.users.rename(user.id, 'Viewer-2', actorOf(user.id))).toMatchObject({
        username: 'Viewer-2',
      });
    });

    it.each<[string, object]>([
      ['disabled', { enabled: false }],
      ['demoted', { role: 'operator' }],
    ])('does not let administrators be %s by themselves', async (_name, change) => {
      await add('administrator-2', 'administrator');
      await expect(test.users.update(administrator.id, change, actor)).rejects.toEqual(
        refusal('OWN_ACCOUNT'),
      );
      expect(await test.users.get(administrator.id)).toEqual(administrator);
      expect(await test.takeEvents()).toEqual([]);
    });

    it.each<[string, object]>([
      ['disabled', { enabled: false }],
      ['demoted', { role: 'operator' }],
    ])('does not let the last administrator be %s', async (_name, change) => {
      const second = await add('administrator-2', 'administrator');
      await test.users.update(second.id, { enabled: false }, actor);
      await add('operator-1', 'operator');
      await expect(test.users.update(administrator.id, change, atConsole)).rejects.toEqual(
        refusal('LAST_ADMINISTRATOR'),
      );
      // Who cannot sign in is no loss.
      expect(await test.users.update(second.id, { role: 'viewer' }, atConsole)).toMatchObject({
        role: 'viewer',
      });
    });

    it('lets one of two administrators win who remove each other’s rights at the same time', async () => {
      const second = await add('administrator-2', 'administrator');
      const results = await Promise.allSettled([
        test.users.update(second.id, { role: 'viewer' }, actor),
        test.users.update(administrator.id, { enabled: false }, actorOf(second.id)),
        test.users.remove(second.id, actor),
        test.users.remove(administrator.id, actorOf(second.id)),
      ]);
      expect(await test.users.countAdministrators()).toBe(1);
      expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThanOrEqual(2);
      for (const result of results)
        if (result.status === 'rejected') expect(result.reason).toEqual(refusal('LAST_ADMINISTRATOR'));
    });
  });

  describe('remove', () => {
    it('writes down what is gone', async () => {
      const user = await add('viewer-1');
      await test.addSession(user.id, 's1');
      expect(await test.users.remove(user.id, actorOf(7))).toEqual(user);
      expect(await test.takeEvents()).toEqual([
        {
          type: 'USER_DELETED',
          actor: 'administrator-1',
          target: 'viewer-1',
          details: {
            changes: {
              username: ['viewer-1', null],
              role: ['viewer', null],
              enabled: [true, null],
              area_ids: [[], null],
            },
          },
        },
        expect.objectContaining({ type: 'SESSION_INVALIDATED' }),
      ]);
      expect(await test.users.find(user.id)).toBeUndefined();
      await expect(test.users.get(user.id)).rejects.toEqual(refusal('USER_NOT_FOUND'));
      await expect(test.users.remove(user.id, actorOf(7))).rejects.toEqual(refusal('USER_NOT_FOUND'));
    });

    it('spares oneself and the last administrator', async () => {
      const administrator = await add('administrator-1', 'administrator');
      await expect(test.users.remove(administrator.id, atConsole)).rejects.toEqual(
        refusal('LAST_ADMINISTRATOR'),
      );
      await add('administrator-2', 'administrator');
      await expect(test.users.remove(administrator.id, actorOf(administrator.id))).rejects.toEqual(
        refusal('OWN_ACCOUNT'),
      );
      // A key or another account with the same number is not oneself.
      const key: Actor = { ...actorOf(administrator.id), kind: 'api-key' };
      expect(await test.users.remove(administrator.id, key)).toEqual(administrator);
    });
  });

  describe('resetPassword and resetSecondFactors', () => {
    it('sets a password that must be changed and ends all sessions', async () => {
      const user = await add('viewer-1');
      await test.addSession(user.id, 's1');
      const reset = await test.users.resetPassword(user.id, passwordOf('baru'), actorOf(7));
      expect(reset.mustChangePassword).toBe(true);
      expect(await test.sessionsOf(user.id)).toEqual([]);
      expect((await test.users.findForLogin('viewer-1'))?.passwordHash).toBe(`plain:${passwordOf('baru')}`);
      const events = await test.takeEvents();
      expect(events).toEqual([
        { type: 'PASSWORD_RESET', actor: 'administrator-1', target: 'viewer-1', details: {} },
        {
          type: 'SESSION_INVALIDATED',
          actor: 'administrator-1',
          target: 'viewer-1',
          details: { sessions: 1, reason: 'password reset' },
        },
      ]);
      const kept = await test.users.resetPassword(user.id, passwordOf('lain'), atConsole, {
        mustChange: false,
      });
      expect(kept.mustChangePassword).toBe(false);
      expect(await test.takeEvents()).toMatchObject([
        { details: { changes: { must_change_password: [true, false] } } },
      ]);
    });

    it('keeps to the rules, the history among them', async () => {
      const user = await add('viewer-1');
      for (const password of ['pendek', passwordOf('viewer-1'), passwordOf('tua')]) {
        await expect(test.users.resetPassword(user.id, password, actorOf(7))).rejects.toMatchObject({
          code: 'PASSWORD_REFUSED',
        });
      }
      expect((await test.takeEvents()).map(({ details }) => details)).toEqual([
        { problems: ['TOO_SHORT'] },
        { problems: ['CONTAINS_USERNAME'] },
        { problems: ['USED_BEFORE'] },
      ]);
      expect((await test.users.findForLogin('viewer-1'))?.passwordHash).toBe(`plain:${passwordOf('tua')}`);
    });

    it('is not the way to one’s own password or second factors, which asks for the current one', async () => {
      const user = await add('administrator-1', 'administrator');
      const own = actorOf(user.id);
      await expect(test.users.resetPassword(user.id, passwordOf('baru'), own)).rejects.toEqual(
        refusal('OWN_ACCOUNT'),
      );
      await expect(test.users.resetSecondFactors(user.id, own)).rejects.toEqual(refusal('OWN_ACCOUNT'));
      await expect(test.users.resetPassword(4711, passwordOf('baru'), own)).rejects.toEqual(
        refusal('USER_NOT_FOUND'),
      );
      await expect(test.users.resetSecondFactors(4711, own)).rejects.toEqual(refusal('USER_NOT_FOUND'));
    });

    it('removes second factors, writes down how many, ends the sessions', async () => {
      const user = await add('viewer-1');
      await test.addSession(user.id, 's1');
      await test.database.record((transaction) =>
        transaction.updateTable('users').set({ totp_secret: 'x' }).where('id', '=', user.id).execute(),
      );
      expect(await test.users.get(user.id)).toMatchObject({ hasTotp: true });
      expect(await test.users.resetSecondFactors(user.id, actorOf(7))).toMatchObject({ hasTotp: false });
      expect(await test.sessionsOf(user.id)).toEqual([]);
      expect(await test.takeEvents()).toMatchObject([
        { type: 'SECOND_FACTORS_RESET', details: { changes: { totp: [true, false], passkeys: [0, 0] } } },
        { type: 'SESSION_INVALIDATED' },
      ]);
    });
  });

  describe('changeOwnPassword', () => {
    let user: User;
    beforeEach(async () => {
      user = await add('viewer-1');
      for (const id of ['here', 'phone', 'office']) await test.addSession(user.id, id);
    });
    const change = (newPassword: string, currentPassword = passwordOf('tua'), service = test.users) =>
      service.changeOwnPassword(
        { userId: user.id, sessionId: 'here', currentPassword, newPassword },
        actorOf(user.id, 'viewer-1'),
      );

    it('frees the account from a given password and ends the other sessions', async () => {
      const other = await add('viewer-2');
      await test.addSession(other.id, 'other');
      expect(await change(passwordOf('baru'))).toEqual({
        user: { ...user, mustChangePassword: false },
        endedSessions: 2,
      });
      expect(await test.sessionsOf(user.id)).toEqual(['here']);
      expect(await test.sessionsOf(other.id)).toEqual(['other']);
      expect(await test.takeEvents()).toEqual([
        {
          type: 'PASSWORD_CHANGED',
          actor: 'viewer-1',
          target: 'viewer-1',
          details: { changes: { must_change_password: [true, false] } },
        },
        {
          type: 'SESSION_INVALIDATED',
          actor: 'viewer-1',
          target: 'viewer-1',
          details: { sessions: 2, reason: 'password changed' },
        },
      ]);
    });

    it('refuses the last five, then takes the oldest again', async () => {
      let current = 'tua';
      for (const word of ['satu', 'dua', 'tiga', 'empat']) {
        await change(passwordOf(word), passwordOf(current));
        current = word;
      }
      for (const word of ['tua', 'satu', 'dua', 'tiga', 'empat'])
        await expect(change(passwordOf(word), passwordOf('empat'))).rejects.toEqual(
          refusal('PASSWORD_REFUSED', 'password', 'USED_BEFORE'),
        );
      await change(passwordOf('lima'), passwordOf('empat'));
      expect(await change(passwordOf('tua'), passwordOf('lima'))).toMatchObject({ endedSessions: 0 });
    });

    it('needs the current password, and tells who counts', async () => {
      const calls: string[] = [];
      const service = test.service({
        attempts: {
          async runOwn({ username }, actor, judge) {
            const isRight = await judge();
            calls.push(`${actor.name} tries ${username}: ${isRight}`);
            return isRight;
          },
        },
      });
      await expect(change(passwordOf('baru'), passwordOf('lain'), service)).rejects.toEqual(
        refusal('PASSWORD_REFUSED', 'current_password', 'WRONG'),
      );
      // The rules are not told to who does not know the password.
      await expect(change('pendek', passwordOf('lain'), service)).rejects.toEqual(
        refusal('PASSWORD_REFUSED', 'current_password', 'WRONG'),
      );
      expect(await test.sessionsOf(user.id)).toHaveLength(3);
      await change(passwordOf('baru'), passwordOf('tua'), service);
      expect(calls).toEqual([
        'viewer-1 tries viewer-1: false',
        'viewer-1 tries viewer-1: false',
        'viewer-1 tries viewer-1: true',
      ]);
    });

    it('tries nothing while the throttle refuses', async () => {
      const service = test.service({ attempts: { runOwn: () => Promise.reject(new Error('wait')) } });
      await expect(change(passwordOf('baru'), passwordOf('tua'), service)).rejects.toThrow('wait');
      expect((await test.users.findForLogin('viewer-1'))?.passwordHash).toBe(`plain:${passwordOf('tua')}`);
    });

    it('does not undo a reset that came in between', async () => {
      const hasher = {
        hash: async (password: string) => {
          await test.users.resetPassword(user.id, passwordOf('reset'), atConsole);
          return `plain:${password}`;
        },
        verify: () => Promise.resolve(true),
        verifyNobody: () => Promise.resolve(false as const),
      };
      await expect(change(passwordOf('baru'), passwordOf('tua'), test.service({ hasher }))).rejects.toEqual(
        refusal('PASSWORD_REFUSED', 'current_password', 'WRONG'),
      );
      expect((await test.users.findForLogin('viewer-1'))?.passwordHash).toBe(`plain:${passwordOf('reset')}`);
    });
  });

  it('finds accounts for the sign-in, disabled ones too, and remembers the last', async () => {
    const user = await add('Operator-1', 'operator');
    await test.users.update(user.id, { enabled: false }, atConsole);
    expect((await test.users.findForLogin(' OPERATOR-1 '))?.user.enabled).toBe(false);
    expect(await test.users.findForLogin('operator-2')).toBeUndefined();
    expect(await test.users.findForLogin('')).toBeUndefined();
    expect(await test.users.findForLogin("' or 1=1 --")).toBeUndefined();
    const findPasswordHash = test.store.findPasswordHash.bind(test.store);
    const asked: boolean[] = [];
    test.store.findPasswordHash = async (id) => {
      const hash = await findPasswordHash(id);
      asked.push(hash !== undefined);
      return hash;
    };
    for (const name of ['operator-1', 'nobody']) await test.users.findForLogin(name);
    test.store.findPasswordHash = findPasswordHash;
    // For nobody the same is read: otherwise the time would tell who exists.
    expect(asked).toEqual([true, false]);
    await test.users.recordLogin(user.id, '203.0.113.7');
    expect(await test.users.get(user.id)).toMatchObject({
      lastLoginAtMs: test.clock.now(),
      lastLoginIp: '203.0.113.7',
    });
    expect(await test.users.getByName('operator-1')).toMatchObject({ id: user.id });
    await expect(test.users.getByName('nobody')).rejects.toEqual(refusal('USER_NOT_FOUND'));
  });
});
