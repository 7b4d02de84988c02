import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { consoleActor } from '../audit/actor.ts';
import type { Database } from '../db/database.ts';
import { DEFAULT_SECURITY_RULES, type SecurityRules } from '../settings/security-settings.ts';
import { DATABASE_KINDS, openTestDatabase } from '../testing/open-test-database.ts';
import { SessionService } from './session-service.ts';
import { createSessionStore } from './session-store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const actor = consoleActor('test');
const here = { address: '192.0.2.9' };

describe.each(DATABASE_KINDS)('sessions on %s', (kind) => {
  let opened: { database: Database; close(): Promise<void> };
  let clock: VirtualClock;
  let rules: SecurityRules;
  let sessions: SessionService;

  beforeAll(async () => {
    opened = await openTestDatabase(kind);
  }, 30_000);
  afterAll(() => opened.close());

  beforeEach(async () => {
    await opened.database.write((transaction) => transaction.deleteFrom('users').execute());
    clock = new VirtualClock();
    rules = DEFAULT_SECURITY_RULES;
    sessions = newService();
  });
  afterEach(() => sessions.stop());

  function newService() {
    const store = createSessionStore(opened.database, clock);
    return new SessionService({ store, readRules: () => rules, clock, logger: silentLogger });
  }

  async function addUser(username: string, more: object = {}): Promise<number> {
    const { id } = await opened.database.write((transaction) =>
      transaction
        .insertInto('users')
        .values({
          username,
          username_folded: username,
          password_hash: 'x',
          role: 'administrator',
          enabled: 1,
          must_change_password: 0,
          password_changed_at: clock.now(),
          webauthn_user_id: username,
          created_at: clock.now(),
          updated_at: clock.now(),
          ...more,
        })
        .returning('id')
        .executeTakeFirstOrThrow(),
    );
    return id;
  }

  const open = async (userId: number, remember = false, passwordChangedAtMs?: number) => {
    const { password_changed_at: current } = await opened.database.read
      .selectFrom('users')
      .select('password_changed_at')
      .where('id', '=', userId)
      .executeTakeFirstOrThrow();
    const where = { address: '192.0.2.1', userAgent: 'Agent' };
    return sessions.open(
      { userId, username: 'u', passwordChangedAtMs: passwordChangedAtMs ?? current, remember, ...where },
      actor,
    );
  };

  it('do not begin when the account changed since its owner was proven', async () => {
    const userId = await addUser('satu');
    const disabled = await addUser('dua', { enabled: 0 });
    const { token } = await open(userId);
    await expect(open(userId, false, clock.now() - 1)).rejects.toMatchObject({ code: 'LOGIN_EXPIRED' });
    await expect(open(disabled)).rejects.toMatchObject({ code: 'LOGIN_EXPIRED' });
    expect(await sessions.list(userId)).toHaveLength(1);
    expect(await sessions.findPrincipal(token, here)).toBeDefined();
  });

  it('know their account, and keep no token', async () => {
    const userId = await addUser('satu');
    const { token, session } = await open(userId);
    expect(await sessions.findPrincipal(token, here)).toMatchObject({
      kind: 'account',
      userId,
      username: 'satu',
      role: 'administrator',
      sessionId: session.id,
      restriction: undefined,
    });
    expect(await sessions.findPrincipalById(session.id)).toMatchObject({ userId });
    for (const wrong of ['', `${token}x`, token.slice(1), session.id]) {
      expect(await sessions.findPrincipal(wrong, here)).toBeUndefined();
    }
    const rows = await opened.database.read.selectFrom('sessions').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it('end after an hour without use, also while nothing was written yet', async () => {
    const { token } = await open(await addUser('satu'));
    await clock.advance(HOUR - 1);
    expect(await sessions.findPrincipal(token, here)).toBeDefined();
    await clock.advance(HOUR - 1);
    expect(await sessions.findPrincipal(token, undefined)).toBeDefined();
    await clock.advance(1);
    expect(await sessions.findPrincipal(token, here)).toBeUndefined();
  });

  it('remember the last use over a restart', async () => {
    const { token } = await open(await addUser('satu'));
    await clock.advance(50 * MINUTE);
    await sessions.findPrincipal(token, here);
    await sessions.stop();
    sessions = newService();
    await clock.advance(50 * MINUTE);
    expect(await sessions.findPrincipal(token, here)).toBeDefined();
  });

  it('end after 24 hours of steady use, remembered ones after 30 days', async () => {
    const userId = await addUser('satu');
    const plain = await open(userId);
    const remembered = await open(userId, true);
    for (let half = 0; half < 47; half++) {
      await clock.advance(30 * MINUTE);
      expect(await sessions.findPrincipal(plain.token, here)).toBeDefined();
    }
    await clock.advance(30 * MINUTE);
    expect(await sessions.findPrincipal(plain.token, here)).toBeUndefined();
    await clock.advance(29 * DAY - 1);
    expect(await sessions.findPrincipal(remembered.token, undefined)).toBeDefined();
    await clock.advance(1);
    expect(await sessions.findPrincipal(remembered.token, here)).toBeUndefined();
  });

  it('stay one under many requests at once', async () => {
    const { token } = await open(await addUser('satu'));
    const all = await Promise.all(Array.from({ length: 50 }, () => sessions.findPrincipal(token, here)));
    expect(all.every((principal) => principal !== undefined)).toBe(true);
  });

  it('get a new cookie without ending, and the old cookie is void', async () => {
    const { token, session } = await open(await addUser('satu'));
    const { token: next, remembered } = await sessions.rotate(session.id);
    expect(remembered).toBe(false);
    expect(await sessions.findPrincipal(token, here)).toBeUndefined();
    expect(await sessions.findPrincipal(next, here)).toMatchObject({ sessionId: session.id });
    await expect(sessions.rotate('gone')).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' });
  });

  it('are listed and ended by their owner only', async () => {
    const [mine, theirs] = [await addUser('satu'), await addUser('dua')];
    const a = await open(mine);
    await clock.advance(1000);
    const b = await open(mine);
    const c = await open(theirs);
    expect((await sessions.list(mine)).map(({ id }) => id)).toEqual([b.session.id, a.session.id]);
    await expect(sessions.end(mine, c.session.id, 'revoked', actor)).rejects.toMatchObject({
      code: 'SESSION_NOT_FOUND',
    });
    await sessions.end(mine, a.session.id, 'revoked', actor);
    expect(await sessions.findPrincipal(a.token, here)).toBeUndefined();
    expect(await sessions.endAll(mine, b.session.id, actor)).toBe(0);
    expect(await sessions.endAll(mine, undefined, actor)).toBe(1);
    expect(await sessions.findPrincipal(c.token, here)).toBeDefined();
  });

  it('make room at 50, for the new one', async () => {
    const userId = await addUser('satu');
    const first = await open(userId);
    for (let more = 0; more < 50; more++) {
      await clock.advance(1000);
      await open(userId);
    }
    const list = await sessions.list(userId);
    expect(list).toHaveLength(50);
    expect(list.map(({ id }) => id)).not.toContain(first.session.id);
  });

  it('are nobody’s once the account is disabled, and see a changed role at once', async () => {
    const userId = await addUser('satu');
    const { token } = await open(userId);
    const set = (change: object) =>
      opened.database.write((transaction) =>
        transaction.updateTable('users').set(change).where('id', '=', userId).execute(),
      );
    await set({ role: 'viewer' });
    expect(await sessions.findPrincipal(token, here)).toMatchObject({ role: 'viewer' });
    await set({ enabled: 0 });
    expect(await sessions.findPrincipal(token, here)).toBeUndefined();
  });

  it('say what the account must do first', async () => {
    const asked = await open(await addUser('satu', { must_change_password: 1 }));
    const old = await open(await addUser('dua', { password_changed_at: clock.now() - 91 * DAY }));
    const operator = await open(await addUser('tiga', { role: 'operator' }));
    const restriction = async ({ token }: { token: string }) =>
      (await sessions.findPrincipal(token, here))?.restriction;
    expect([await restriction(asked), await restriction(old)]).toEqual(['password-change', undefined]);
    rules = { ...rules, passwordExpiryDays: 90, requireSecondFactor: true };
    expect(await restriction(old)).toBe('password-change');
    expect(await restriction(operator)).toBeUndefined();
    const admin = await open(await addUser('empat'));
    expect(await restriction(admin)).toBe('second-factor');
  });

  it('are removed from the table when they are over', async () => {
    const userId = await addUser('satu');
    await open(userId);
    const kept = await open(userId, true);
    sessions.start();
    await clock.advance(2 * HOUR);
    await expect
      .poll(async () => (await opened.database.read.selectFrom('sessions').select('id').execute()).length)
      .toBe(1);
    expect((await sessions.list(userId)).map(({ id }) => id)).toEqual([kept.session.id]);
    await sessions.stop();
    expect(clock.pendingTimers).toBe(0);
  });
});
