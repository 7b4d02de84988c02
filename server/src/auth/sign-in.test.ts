/** Signing in as a browser does it, through the whole server on virtual time. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hash as argon2 } from '@node-rs/argon2';
import { HOTP, Secret as OtpSecret } from 'otpauth';
import type { Role } from '@pantau/contract/access';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { consoleActor } from '../audit/actor.ts';
import { openTestApp, type TestApp } from '../testing/open-test-app.ts';
import { SoftwareAuthenticator } from '../testing/software-authenticator.ts';
import { TestClient, type ClientReply } from '../testing/test-client.ts';

const MINUTE = 60_000;
const PASSWORD = 'sawah-Hijau-Pagi-82';
const NEW_PASSWORD = 'gunung-Rinjani-ungu-47';

describe('signing in', () => {
  let clock: VirtualClock;
  let test: TestApp;
  let browser: TestClient;

  beforeEach(async () => {
    clock = new VirtualClock();
    test = await openTestApp({
      clock,
      config: { trustProxy: 1 },
    });
    browser = client();
  });
  afterEach(() => test.close());

  const client = (address = '192.0.2.1', headers = {}) =>
    new TestClient(test.app.fastify, { 'x-forwarded-for': address, ...headers });

  /** With a password that costs little to hash: how it is hashed is proven elsewhere. */
  async function addUser(username: string, role: Role = 'administrator', more = {}): Promise<number> {
    const nowMs = clock.now();
    const { id } = await test.context.database.write(async (transaction) =>
      transaction
        .insertInto('users')
        .values({
          username,
          username_folded: username.toLowerCase(),
          password_hash: await argon2(PASSWORD, { memoryCost: 8, timeCost: 1, parallelism: 1 }),
          role,
          enabled: 1,
          must_change_password: 0,
          password_changed_at: nowMs,
          webauthn_user_id: Buffer.from(username).toString('base64url'),
          created_at: nowMs,
          updated_at: nowMs,
          ...more,
        })
        .returning('id')
        .executeTakeFirstOrThrow(),
    );
    return id;
  }

  const logIn = (who: TestClient, username = 'kepala', password = PASSWORD, more = {}) =>
    who.post('/api/auth/login', { username, password, ...more });
  const isSignedIn = async (who: TestClient) => (await who.get('/api/auth/verify')).status === 200;
  const events = async () => {
    await test.context.audit.flush();
    const rows = await test.context.database.read
      .selectFrom('audit_events')
      .select(['type', 'target_name', 'details'])
      .orderBy('id')
      .execute();
    return rows.map(({ type }) => type);
  };

  describe('with the setup link', () => {
    const setUp = (token: string, who = browser) =>
      who.post('/api/auth/setup', { token, username: 'kepala', password: NEW_PASSWORD });

    it('creates the first administrator once, and signs in', async () => {
      const token = test.context.setupToken.issue();
      expect((await browser.get('/api/auth/setup')).data).toEqual({ needed: true });
      expect(await setUp('wrong')).toMatchObject({ status: 403, code: 'SETUP_TOKEN_INVALID' });
      expect(
        await browser.post('/api/auth/setup', { token, username: 'kepala', password: 'short' }),
      ).toMatchObject({ status: 400, code: 'PASSWORD_REFUSED' });
      expect(await setUp(token)).toMatchObject({
        status: 201,
        data: { username: 'kepala', role: 'administrator' },
      });
      expect(await isSignedIn(browser)).toBe(true);
      expect((await browser.get('/api/auth/setup')).data).toEqual({ needed: false });
      expect(await setUp(token, client())).toMatchObject({ status: 403, code: 'SETUP_TOKEN_INVALID' });
      expect(await events()).toEqual(
        expect.arrayContaining(['SETUP_REFUSED', 'SETUP_COMPLETED', 'USER_CREATED', 'AUTH_SUCCESS']),
      );
    });

    it('is of no use after an hour, nor once an account exists', async () => {
      const late = test.context.setupToken.issue();
      await clock.advance(60 * MINUTE);
      expect(await setUp(late)).toMatchObject({ code: 'SETUP_TOKEN_INVALID' });
      await addUser('lain');
      expect(await setUp(test.context.setupToken.issue())).toMatchObject({ status: 409, code: 'SETUP_DONE' });
    });

    it('makes one administrator when it is used twice at once', async () => {
      const token = test.context.setupToken.issue();
      const replies = await Promise.all([setUp(token), setUp(token, client())]);
      expect(replies.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(1);
      expect(await test.context.users.count()).toBe(1);
    });
  });

  describe('with a password', () => {
    it('is of no use when it is reset while it is being checked', async () => {
      const userId = await addUser('kepala');
      await clock.advance(1);
      const { users } = test.context;
      const find = users.findForLogin.bind(users);
      users.findForLogin = async (name) => {
        const found = await find(name);
        await users.resetPassword(userId, NEW_PASSWORD, consoleActor('test'));
        return found;
      };
      expect(await logIn(browser)).toMatchObject({ status: 401, code: 'LOGIN_EXPIRED' });
      expect(await isSignedIn(browser)).toBe(false);
    });

    it('opens a session that sign-out ends, in every tab', async () => {
      await addUser('kepala');
      expect(await logIn(browser)).toMatchObject({
        status: 200,
        data: {
          status: 'signed-in',
          user: { username: 'kepala', rights: expect.arrayContaining(['users:manage']) },
        },
      });
      const copied = client();
      for (const [name, value] of browser.cookies) copied.cookies.set(name, value);
      expect(await isSignedIn(copied)).toBe(true);
      expect((await browser.post('/api/auth/logout')).status).toBe(200);
      expect([await isSignedIn(browser), await isSignedIn(copied)]).toEqual([false, false]);
      expect(await copied.post('/api/auth/logout')).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    });

    it('gives cookies that scripts cannot read; by https they are this host’s alone', async () => {
      await addUser('kepala');
      const cookiesOf = ({ headers }: ClientReply) => [headers['set-cookie']].flat().map(String);
      for (const cookie of cookiesOf(await logIn(browser))) {
        expect(cookie).toMatch(/^pantau[^;]*; (Max-Age=\d+; )?Path=\/; HttpOnly; SameSite=Lax$/);
      }
      const secure = client('192.0.2.2', { 'x-forwarded-proto': 'https', origin: 'https://localhost' });
      for (const cookie of cookiesOf(await logIn(secure))) {
        expect(cookie).toMatch(/^__Host-pantau.*; HttpOnly; Secure; SameSite=Lax$/);
      }
      expect(await isSignedIn(secure)).toBe(true);
      // The cookie that a neighbour on plain http could have planted counts for nothing by https.
      const planted = client('192.0.2.3', { 'x-forwarded-proto': 'https', origin: 'https://localhost' });
      planted.cookies.set('pantau', browser.cookies.get('pantau') ?? '');
      expect(await isSignedIn(planted)).toBe(false);
    });

    it('gives a new session each time, and ends the one it takes the place of', async () => {
      await addUser('kepala');
      browser.cookies.set('pantau', 'chosen-by-somebody-else');
      await logIn(browser);
      const first = browser.cookies.get('pantau');
      await logIn(browser);
      expect(browser.cookies.get('pantau')).not.toBe(first);
      browser.cookies.set('pantau', first ?? '');
      expect(await isSignedIn(browser)).toBe(false);
    });

    it('remembers the device for 30 days when asked', async () => {
      await addUser('kepala');
      const reply = await logIn(browser, 'kepala', PASSWORD, { remember: true });
      expect(String(reply.headers['set-cookie'])).toContain('Max-Age=2592000');
      await clock.advance(2 * 60 * MINUTE);
      expect(await isSignedIn(browser)).toBe(true);
    });

    it('says the same of a wrong password, an unknown name and a disabled account', async () => {
      await addUser('kepala');
      await addUser('mantan', 'operator', { enabled: 0 });
      const replies = [
        await logIn(client('192.0.2.1'), 'kepala', 'wrong'),
        await logIn(client('192.0.2.2'), 'siapa', 'wrong'),
        await logIn(client('192.0.2.3'), 'mantan', PASSWORD),
      ];
      for (const { status, body } of replies) {
        expect([status, body]).toEqual([401, replies[0]?.body]);
      }
    });

    it.each([
      [{}],
      [{ username: 'a' }],
      [{ username: 'a', password: '' }],
      [{ username: '', password: 'a' }],
      [{ username: { $ne: '' }, password: 'a' }],
      [{ username: ['kepala'], password: 'a', extra: 1 }],
      [{ username: 'a', password: 'b', role: 'administrator' }],
      [{ username: 'a'.repeat(101), password: 'b' }],
      [{ username: 'a', password: 'b'.repeat(201) }],
    ])('refuses %j', async (body) => {
      expect(await browser.post('/api/auth/login', body)).toMatchObject({
        status: 400,
        code: 'REQUEST_INVALID',
      });
    });

    it('takes nothing but JSON', async () => {
      const send = (payload: string, type: string) =>
        test.app.fastify.inject({
          method: 'POST',
          url: '/api/auth/login',
          headers: { 'content-type': type },
          payload,
        });
      expect((await send('username=a&password=b', 'application/x-www-form-urlencoded')).statusCode).toBe(415);
      expect((await send('{"username":"a","password":"b"}', 'text/plain')).statusCode).toBe(415);
      expect((await send('{"username":', 'application/json')).statusCode).toBe(400);
      expect(
        (await send('{"__proto__":{"a":1},"username":"a","password":"b"}', 'application/json')).statusCode,
      ).toBe(400);
      const long = JSON.stringify({ username: 'a', password: 'b'.repeat(70_000) });
      expect((await send(long, 'application/json')).statusCode).toBe(413);
    });
  });

  describe('by guessing', () => {
    it('is slower each time, then locked for half an hour, for a name that does not exist as well', async () => {
      await addUser('kepala');
      for (const [name, net] of [
        ['kepala', '198.51.100.'],
        ['siapa', '203.0.113.'],
      ] as const) {
        const waits: number[] = [];
        for (let guess = 0; guess < 5; guess++) {
          const from = client(`${net}${guess}`);
          expect(await logIn(from, name, 'wrong')).toMatchObject({ status: 401 });
          const refused = await logIn(from, name, 'wrong');
          expect(refused).toMatchObject({ status: 429, code: 'LOGIN_THROTTLED' });
          waits.push(Number(refused.headers['retry-after']));
          await clock.advance(8000);
        }
        expect(waits).toEqual([1, 2, 4, 8, 1800]);
        // The right password from anywhere is refused too: nobody learns that it was right.
        expect(await logIn(client('192.0.2.77'), name, PASSWORD)).toMatchObject({ status: 429 });
      }
      await clock.advance(30 * MINUTE);
      expect(await logIn(client('192.0.2.78'))).toMatchObject({ status: 200 });
      expect((await events()).filter((type) => type === 'ACCOUNT_LOCKOUT')).toHaveLength(2);
    });

    it('does not lock the operator out: a known device still gets in, and has its own count', async () => {
      await addUser('kepala');
      await logIn(browser);
      await browser.post('/api/auth/logout');
      const attacker = client('198.51.100.1');
      for (let guess = 0; guess < 5; guess++) {
        await logIn(attacker, 'kepala', 'wrong');
        await clock.advance(8000);
      }
      expect(await logIn(attacker)).toMatchObject({ status: 429 });
      expect(await logIn(browser, 'kepala', 'mistyped')).toMatchObject({ status: 401 });
      await clock.advance(1000);
      expect(await logIn(browser)).toMatchObject({ status: 200 });
      // The cookie of another account's device helps nobody.
      await addUser('lain');
      const other = client('198.51.100.2');
      await logIn(other, 'lain');
      expect(await logIn(other)).toMatchObject({ status: 429 });
    });

    it('tells IPv4 visitors apart whom a socket for both families names ::ffff:…', async () => {
      const first = client('::ffff:192.0.2.50');
      for (let index = 0; index < 4; index++) await logIn(first, `nama-${index}`, 'wrong');
      expect(await logIn(first, 'nama-5', 'wrong')).toMatchObject({ status: 429 });
      expect(await logIn(client('::ffff:192.0.2.51'), 'nama-6', 'wrong')).toMatchObject({ status: 401 });
    });

    it('locks an address after ten failures on different names, and forwarded addresses do not help', async () => {
      await addUser('kepala');
      const attacker = client('198.51.100.9');
      for (let guess = 0; guess < 10; guess++) {
        const spoofed = { 'x-forwarded-for': `10.0.0.${guess}, 198.51.100.9` };
        const reply = await attacker.post(
          '/api/auth/login',
          { username: `nama-${guess}`, password: 'x' },
          spoofed,
        );
        expect(reply.status).toBe(401);
        await clock.advance(8000);
      }
      expect(await logIn(attacker)).toMatchObject({ status: 429 });
      expect(Number((await logIn(attacker)).headers['retry-after'])).toBeGreaterThan(3500);
      expect(await logIn(client('198.51.100.10'))).toMatchObject({ status: 200 });
    });

    it('counts one of many attempts at once', async () => {
      await addUser('kepala');
      const replies = await Promise.all(Array.from({ length: 40 }, () => logIn(client(), 'kepala', 'wrong')));
      expect(replies.filter(({ status }) => status === 401)).toHaveLength(1);
      expect(replies.filter(({ status }) => status === 429)).toHaveLength(39);
    });
  });

  describe('with a second factor', () => {
    const codeOf = (secret: string) =>
      HOTP.generate({ secret: OtpSecret.fromBase32(secret), counter: Math.floor(clock.now() / 30_000) });

    /** @returns the secret and the recovery codes. */
    async function enrolTotp(): Promise<{ secret: string; recovery: string[] }> {
      await logIn(browser);
      // The shapes are those of the contract.
      const begun = (await browser.post('/api/users/profile/totp')).data as { secret: string };
      const confirmed = (
        await browser.post('/api/users/profile/totp/confirm', { code: codeOf(begun.secret) })
      ).data as { recovery_codes: string[] };
      await browser.post('/api/auth/logout');
      await clock.advance(60_000);
      return { secret: begun.secret, recovery: confirmed.recovery_codes };
    }

    it('is not in with the password alone', async () => {
      await addUser('kepala');
      const { secret } = await enrolTotp();
      const fresh = client('192.0.2.5');
      expect((await logIn(fresh)).data).toEqual({
        status: 'second-factor',
        methods: ['totp', 'recovery-code'],
      });
      expect(await isSignedIn(fresh)).toBe(false);
      expect(await fresh.post('/api/auth/login/totp', { code: '000000' })).toMatchObject({
        status: 401,
        code: 'SECOND_FACTOR_FAILED',
      });
      await clock.advance(1000);
      const code = codeOf(secret);
      expect(await fresh.post('/api/auth/login/totp', { code })).toMatchObject({ status: 200 });
      expect(await isSignedIn(fresh)).toBe(true);
      // A code that was read over the shoulder is used up.
      const thief = client('192.0.2.6');
      await logIn(thief);
      expect(await thief.post('/api/auth/login/totp', { code })).toMatchObject({ status: 401 });
    });

    it('has five tries, then the code is locked whatever the address', async () => {
      await addUser('kepala');
      const { secret } = await enrolTotp();
      for (let guess = 0; guess < 5; guess++) {
        const attacker = client(`198.51.100.${guess}`);
        await logIn(attacker);
        await attacker.post('/api/auth/login/totp', { code: '000000' });
        await clock.advance(8000);
      }
      const attacker = client('198.51.100.99');
      await logIn(attacker);
      expect(await attacker.post('/api/auth/login/totp', { code: codeOf(secret) })).toMatchObject({
        status: 429,
        code: 'LOGIN_THROTTLED',
      });
      // The owner's own device is not affected.
      await logIn(browser);
      expect(await browser.post('/api/auth/login/totp', { code: codeOf(secret) })).toMatchObject({
        status: 200,
      });
    });

    it('takes a recovery code once', async () => {
      await addUser('kepala');
      const { recovery } = await enrolTotp();
      const [code = ''] = recovery;
      await logIn(browser);
      expect(
        await browser.post('/api/auth/login/recovery-code', {
          code: code.toLowerCase().replaceAll('-', ' '),
        }),
      ).toMatchObject({ status: 200, data: { recovery_codes_left: 9 } });
      const again = client('192.0.2.9');
      await logIn(again);
      expect(await again.post('/api/auth/login/recovery-code', { code })).toMatchObject({ status: 401 });
    });

    it('waits five minutes, for the account whose password was given, until that changes', async () => {
      const id = await addUser('kepala');
      const { secret } = await enrolTotp();
      await logIn(browser);
      await clock.advance(5 * MINUTE);
      const late = () => browser.post('/api/auth/login/totp', { code: codeOf(secret) });
      expect(await late()).toMatchObject({ status: 401, code: 'LOGIN_EXPIRED' });
      await logIn(browser);
      await clock.advance(1);
      await test.context.database.write((transaction) =>
        transaction
          .updateTable('users')
          .set({ password_changed_at: clock.now() })
          .where('id', '=', id)
          .execute(),
      );
      expect(await late()).toMatchObject({ code: 'LOGIN_EXPIRED' });
      expect(await client().post('/api/auth/login/totp', { code: codeOf(secret) })).toMatchObject({
        code: 'LOGIN_EXPIRED',
      });
      const forged = client();
      forged.cookies.set('pantau-login', `${id}.${clock.now()}.0.${clock.now() + 1000}.${'A'.repeat(43)}`);
      expect(await forged.post('/api/auth/login/totp', { code: codeOf(secret) })).toMatchObject({
        code: 'LOGIN_EXPIRED',
      });
    });
  });

  describe('with a passkey', () => {
    const optionsOf = (reply: ClientReply) => (reply.data as { options: unknown }).options;
    let authenticator: SoftwareAuthenticator;

    async function addPasskey(): Promise<void> {
      authenticator = new SoftwareAuthenticator('http://localhost');
      await logIn(browser);
      const options = optionsOf(await browser.post('/api/users/profile/passkeys/options'));
      expect(
        await browser.post('/api/users/profile/passkeys', {
          name: 'Laptop',
          response: authenticator.register(options),
        }),
      ).toMatchObject({ status: 201 });
      await browser.post('/api/auth/logout');
    }

    it('is in without a password, also while the account is locked', async () => {
      await addUser('kepala');
      await addPasskey();
      const attacker = client('198.51.100.1');
      for (let guess = 0; guess < 6; guess++) {
        await logIn(attacker, 'kepala', 'wrong');
        await clock.advance(8000);
      }
      const elsewhere = client('192.0.2.50');
      const options = optionsOf(await elsewhere.post('/api/auth/passkey/options'));
      const response = authenticator.authenticate(options);
      expect(await elsewhere.post('/api/auth/passkey', { response })).toMatchObject({
        status: 200,
        data: { username: 'kepala' },
      });
      expect(await isSignedIn(elsewhere)).toBe(true);
      expect(await client().post('/api/auth/passkey', { response })).toMatchObject({
        status: 401,
        code: 'SECOND_FACTOR_FAILED',
      });
    });

    it('is a second factor after the password', async () => {
      await addUser('kepala');
      await addPasskey();
      const fresh = client('192.0.2.51');
      expect((await logIn(fresh)).data).toMatchObject({ methods: expect.arrayContaining(['passkey']) });
      const options = optionsOf(await fresh.post('/api/auth/passkey/options'));
      expect(
        await fresh.post('/api/auth/passkey', { response: authenticator.authenticate(options) }),
      ).toMatchObject({ status: 200 });
    });

    it('is not in once the account is disabled', async () => {
      const id = await addUser('kepala');
      await addPasskey();
      await test.context.database.write((transaction) =>
        transaction.updateTable('users').set({ enabled: 0 }).where('id', '=', id).execute(),
      );
      const options = optionsOf(await browser.post('/api/auth/passkey/options'));
      expect(
        await browser.post('/api/auth/passkey', { response: authenticator.authenticate(options) }),
      ).toMatchObject({ status: 401 });
    });

    it('leaves one entry a minute for all the questions of one address', async () => {
      for (let asked = 0; asked < 5; asked++) await browser.post('/api/auth/passkey/options');
      expect((await events()).filter((type) => type === 'PASSKEY_OPTIONS')).toHaveLength(1);
    });

    it('is not offered where browsers have none', async () => {
      const plain = client('192.0.2.52', { host: '192.168.1.10:3000' });
      expect(await plain.post('/api/auth/passkey/options')).toMatchObject({
        status: 412,
        code: 'PASSKEY_UNAVAILABLE',
      });
    });
  });

  describe('once signed in', () => {
    it('asks for another proof before a change of access, after 15 minutes', async () => {
      await addUser('kepala');
      await logIn(browser);
      const add = (username: string) =>
        browser.post('/api/users', { username, password: NEW_PASSWORD, role: 'viewer' });
      expect(await add('satu')).toMatchObject({ status: 201 });
      await clock.advance(15 * MINUTE + 1);
      expect(await add('dua')).toMatchObject({ status: 403, code: 'CONFIRMATION_NEEDED' });
      expect(await browser.post('/api/auth/confirm', { password: 'wrong' })).toMatchObject({
        status: 400,
        code: 'LOGIN_FAILED',
      });
      await clock.advance(1000);
      expect(await browser.post('/api/auth/confirm', { password: PASSWORD })).toMatchObject({ status: 200 });
      expect(await add('dua')).toMatchObject({ status: 201 });
    });

    it('is not proven by the password of whoever got the name meanwhile', async () => {
      await addUser('kepala');
      await addUser('lain', 'operator', {
        password_hash: await argon2(NEW_PASSWORD, { memoryCost: 8, timeCost: 1, parallelism: 1 }),
      });
      await logIn(browser);
      const { users } = test.context;
      const find = users.findForLogin.bind(users);
      users.findForLogin = () => find('lain');
      expect(await browser.post('/api/auth/confirm', { password: NEW_PASSWORD })).toMatchObject({
        status: 400,
        code: 'LOGIN_FAILED',
      });
    });

    it('must change a given password first, and nothing else works before', async () => {
      await addUser('kepala', 'administrator', { must_change_password: 1 });
      expect((await logIn(browser)).data).toMatchObject({ user: { restriction: 'password-change' } });
      expect(await browser.get('/api/users')).toMatchObject({
        status: 403,
        code: 'PASSWORD_CHANGE_REQUIRED',
      });
      expect(await browser.get('/api/users/profile')).toMatchObject({ status: 200 });
      // Whoever knows only the given password leaves no way in of their own behind.
      for (const path of ['totp', 'passkeys/options', 'recovery-codes']) {
        expect(await browser.post(`/api/users/profile/${path}`)).toMatchObject({
          status: 403,
          code: 'PASSWORD_CHANGE_REQUIRED',
        });
      }
      const before = browser.cookies.get('pantau');
      const changed = await browser.send('PUT', '/api/users/profile/password', {
        current_password: PASSWORD,
        new_password: NEW_PASSWORD,
      });
      expect(changed.status).toBe(200);
      expect(browser.cookies.get('pantau')).not.toBe(before);
      expect(await browser.get('/api/users')).toMatchObject({ status: 200 });
    });

    it('loses all other sessions with a changed password', async () => {
      await addUser('kepala');
      const phone = client('192.0.2.60');
      await logIn(phone);
      await logIn(browser);
      await browser.send('PUT', '/api/users/profile/password', {
        current_password: PASSWORD,
        new_password: NEW_PASSWORD,
      });
      expect([await isSignedIn(browser), await isSignedIn(phone)]).toEqual([true, false]);
    });

    it('needs a second factor when the site asks for it', async () => {
      await addUser('kepala');
      await logIn(browser);
      await browser.send('PUT', '/api/settings/security', { require_second_factor: true });
      expect(await browser.get('/api/users')).toMatchObject({ status: 403, code: 'SECOND_FACTOR_REQUIRED' });
      expect(await browser.post('/api/users/profile/totp')).toMatchObject({ status: 200 });
    });

    it('is out at once when disabled, demoted, or given another password', async () => {
      await addUser('kepala');
      await logIn(browser);
      for (const [name, change] of [
        ['satu', { method: 'PUT', path: '', body: { enabled: false } }],
        ['dua', { method: 'PUT', path: '', body: { role: 'viewer' } }],
        ['tiga', { method: 'PUT', path: '/password', body: { password: NEW_PASSWORD } }],
        ['empat', { method: 'DELETE', path: '/sessions', body: undefined }],
        ['lima', { method: 'DELETE', path: '', body: undefined }],
      ] as const) {
        const id = await addUser(name, 'operator');
        const other = client('192.0.2.61');
        await logIn(other, name);
        expect(await isSignedIn(other)).toBe(true);
        const reply = await browser.send(change.method, `/api/users/${id}${change.path}`, change.body);
        expect([name, reply.status]).toEqual([name, 200]);
        expect([name, await isSignedIn(other)]).toEqual([name, false]);
      }
    });
  });

  it('writes no password, token or code into the audit trail or the log', async () => {
    await addUser('kepala');
    await logIn(browser, 'kepala', 'rahasia-salah-123');
    await clock.advance(1000);
    await logIn(browser);
    await browser.send('PUT', '/api/users/profile/password', {
      current_password: PASSWORD,
      new_password: NEW_PASSWORD,
    });
    await test.context.audit.flush();
    const rows = await test.context.database.read.selectFrom('audit_events').selectAll().execute();
    const written = JSON.stringify(rows) + test.log.join('\n');
    const secrets = ['rahasia-salah-123', PASSWORD, NEW_PASSWORD, ...browser.cookies.values()];
    expect(rows.length).toBeGreaterThan(3);
    for (const secret of secrets) expect(written).not.toContain(secret);
  });
});
