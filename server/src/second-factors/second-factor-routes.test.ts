import Fastify, { type FastifyInstance } from 'fastify';
import { HOTP, Secret as OtpSecret } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../access/principal.ts';
import type { RouteAccess } from '../access/route-access.ts';
import { createErrorHandler } from '../http/error-response.ts';
import { actorOf, openSecondFactors, type TestSecondFactors } from '../testing/open-second-factors.ts';
import { SoftwareAuthenticator } from '../testing/software-authenticator.ts';
import { findRelyingParty } from './passkey.ts';
import { secondFactorRoutes } from './second-factor-routes.ts';
import type { FactorOwner } from './second-factor-service.ts';

const ORIGIN = 'https://cctv.example.org';
const PROFILE = '/api/users/profile';

describe('routes of the own second factors', () => {
  let opened: TestSecondFactors;
  let app: FastifyInstance;
  let owner: FactorOwner;
  let isSignedIn = true;
  let origin = ORIGIN;
  let changes = 0;
  let count = 0;
  const routes = new Map<string, RouteAccess | undefined>();

  beforeAll(async () => {
    opened = await openSecondFactors('sqlite');
    app = Fastify({ bodyLimit: 64 * 1024 });
    app.setErrorHandler(createErrorHandler(opened.clock));
    app.addHook('onRoute', ({ method, url, config }) => {
      const { access } = config ?? {};
      for (const one of [method].flat())
        routes.set(`${one} ${url}`, access === undefined ? undefined : { ...config, access });
    });
    // In place of the access guard, which sets both.
    app.addHook('onRequest', (request, _reply, next) => {
      request.principal = isSignedIn
        ? {
            kind: 'account',
            ...owner,
            role: 'operator',
            areaIds: new Set(),
            sessionId: 's',
            confirmedAtMs: 0,
            restriction: undefined,
          }
        : ANONYMOUS;
      request.actor = actorOf(owner);
      next();
    });
    await app.register(
      secondFactorRoutes({
        service: opened.service,
        relyingPartyOf: () => findRelyingParty(origin, 'Pantau'),
        siteName: 'Pantau Kota',
        afterChange: (_request, reply) => {
          changes++;
          reply.header('set-cookie', 'new=1');
          return Promise.resolve();
        },
      }),
    );
    await app.ready();
  }, 30_000);
  afterAll(async () => {
    await app.close();
    await opened.close();
  });
  beforeEach(async () => {
    isSignedIn = true;
    origin = ORIGIN;
    changes = 0;
    owner = await opened.addUser(`operator-${++count}`);
    await opened.takeEvents();
  });

  const ask = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, payload?: object) => {
    const reply = await app.inject({
      method,
      url: `${PROFILE}${path}`,
      ...(payload === undefined ? {} : { payload }),
    });
    expect(reply.headers['cache-control']).toBe('no-store');
    return { status: reply.statusCode, cookie: reply.headers['set-cookie'], ...reply.json() };
  };
  const addPasskey = async (name = 'Ponsel') => {
    const { data } = await ask('POST', '/passkeys/options');
    const response = new SoftwareAuthenticator(ORIGIN).register(data.options);
    return ask('POST', '/passkeys', { name, response });
  };

  it('declare who may use them, that changes need a recent proof, and what is written down', () => {
    const declared = [...routes].filter(([route]) => !route.startsWith('HEAD '));
    expect(declared).toHaveLength(9);
    for (const [route, config] of declared) {
      // A password that somebody else gave is changed before factors are.
      const isRead = route.startsWith('GET ');
      expect(config, route).toMatchObject({
        access: 'account',
        whileRestricted: isRead ? true : 'second-factor',
      });
      if (isRead) continue;
      expect(config?.recent, route).toBe(true);
      expect(config?.audit?.length, route).toBeGreaterThan(0);
    }
  });

  it('write down exactly what they declare', async () => {
    const seen = async (route: string) => {
      const declared = routes.get(route)?.audit ?? [];
      expect(
        (await opened.takeEvents()).map(({ type }) => type),
        route,
      ).toEqual(declared);
    };
    const { data } = await ask('POST', '/totp');
    await seen('POST /api/users/profile/totp');
    await ask('POST', '/totp/confirm', { code: codeOf(data.secret) });
    await seen('POST /api/users/profile/totp/confirm');
    await ask('POST', '/recovery-codes');
    await seen('POST /api/users/profile/recovery-codes');
    await ask('DELETE', '/totp');
    await seen('DELETE /api/users/profile/totp');
    const options = await ask('POST', '/passkeys/options');
    await seen('POST /api/users/profile/passkeys/options');
    const response = new SoftwareAuthenticator(ORIGIN).register(options.data.options);
    const added = await ask('POST', '/passkeys', { name: 'Ponsel', response });
    await seen('POST /api/users/profile/passkeys');
    await ask('PUT', `/passkeys/${added.data.passkey.id}`, { name: 'Kunci' });
    await seen('PUT /api/users/profile/passkeys/:id');
    await ask('DELETE', `/passkeys/${added.data.passkey.id}`);
    await seen('DELETE /api/users/profile/passkeys/:id');
  });

  const codeOf = (secret: string) =>
    HOTP.generate({
      secret: OtpSecret.fromBase32(secret),
      counter: Math.floor(opened.clock.now() / 30_000),
    });

  it('add and remove a code app, with a new cookie for each change', async () => {
    const begun = await ask('POST', '/totp');
    expect(begun).toMatchObject({ status: 200, success: true, cookie: undefined });
    expect(begun.data.uri).toMatch(/^otpauth:\/\/totp\/Pantau%20Kota:operator-\d+\?/);
    expect(await ask('POST', '/totp/confirm', { code: 'x' })).toMatchObject({
      // Not 401: the session goes on.
      status: 400,
      code: 'SECOND_FACTOR_FAILED',
      cookie: undefined,
    });
    const confirmed = await ask('POST', '/totp/confirm', { code: codeOf(begun.data.secret) });
    expect(confirmed).toMatchObject({ status: 200, cookie: 'new=1' });
    expect(confirmed.data.recovery_codes).toHaveLength(10);
    expect(await ask('POST', '/totp')).toMatchObject({ status: 409, code: 'TOTP_NOT_STARTED' });
    const renewed = await ask('POST', '/recovery-codes');
    expect(renewed).toMatchObject({ status: 200, cookie: 'new=1' });
    expect(renewed.data.recovery_codes).not.toEqual(confirmed.data.recovery_codes);
    expect(await ask('DELETE', '/totp')).toMatchObject({ status: 200, data: null, cookie: 'new=1' });
    expect(await ask('DELETE', '/totp')).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect(await ask('POST', '/recovery-codes')).toMatchObject({
      status: 409,
      code: 'SECOND_FACTOR_MISSING',
    });
    expect(changes).toBe(3);
  });

  it('add, show, rename and remove passkeys', async () => {
    const added = await addPasskey();
    expect(added).toMatchObject({ status: 201, cookie: 'new=1' });
    expect(added.data.recovery_codes).toHaveLength(10);
    const { passkey } = added.data;
    expect(passkey).toEqual({
      id: expect.any(Number),
      name: 'Ponsel',
      synced: false,
      created_at: new Date(opened.clock.now()).toISOString(),
      last_used_at: null,
    });
    expect((await addPasskey('Kunci')).data.recovery_codes).toBeNull();
    const listed = await ask('GET', '/passkeys');
    expect(listed.data[0]).toEqual(passkey);
    expect(listed.data).toHaveLength(2);
    const renamed = await ask('PUT', `/passkeys/${passkey.id}`, { name: 'Laptop' });
    expect(renamed).toMatchObject({ status: 200, cookie: undefined, data: { ...passkey, name: 'Laptop' } });
    expect(await ask('DELETE', `/passkeys/${passkey.id}`)).toMatchObject({ status: 200, cookie: 'new=1' });
    expect((await ask('GET', '/passkeys')).data).toHaveLength(1);
    expect(changes).toBe(3);
  });

  it('say the same of a passkey that is missing and of one that is another’s', async () => {
    const { data } = await addPasskey();
    owner = await opened.addUser(`operator-${++count}`);
    for (const id of [data.passkey.id, 999_999]) {
      const missing = { status: 404, code: 'PASSKEY_NOT_FOUND', message: 'There is no such passkey.' };
      expect(await ask('PUT', `/passkeys/${id}`, { name: 'x' })).toMatchObject(missing);
      expect(await ask('DELETE', `/passkeys/${id}`)).toMatchObject(missing);
    }
    expect((await ask('GET', '/passkeys')).data).toEqual([]);
  });

  it.each(['http://cctv.example.org', 'https://192.0.2.1'])('offer no passkeys at %s', async (address) => {
    origin = address;
    const unavailable = { status: 412, code: 'PASSKEY_UNAVAILABLE' };
    expect(await ask('POST', '/passkeys/options')).toMatchObject(unavailable);
    expect(await ask('POST', '/passkeys', { name: 'x', response: {} })).toMatchObject(unavailable);
    expect(await opened.takeEvents()).toEqual([]);
  });

  it.each([
    ['POST', '/passkeys', { name: 'x' }],
    ['POST', '/passkeys', { name: 'x', response: 'x'.repeat(20_000) }],
    ['POST', '/passkeys', { name: '', response: {} }],
    ['POST', '/passkeys', { name: 'x', response: {}, more: 1 }],
    ['POST', '/passkeys', { name: 'x', response: { id: { toString: 'x' }, response: [] } }],
    ['POST', '/totp/confirm', {}],
    ['POST', '/totp/confirm', { code: { length: 6 } }],
    ['POST', '/totp/confirm', { code: '1'.repeat(65) }],
    ['PUT', '/passkeys/1', { name: 'x'.repeat(101) }],
    ['PUT', '/passkeys/0', { name: 'x' }],
    ['PUT', '/passkeys/2147483648', { name: 'x' }],
    ['DELETE', '/passkeys/x', undefined],
  ] as const)('refuse %s %s with %#', async (method, path, payload) => {
    const reply = await ask(method, path, payload);
    expect(reply.status).toBe(400);
    expect(['REQUEST_INVALID', 'PASSKEY_INVALID']).toContain(reply.code);
    expect(changes).toBe(0);
    expect(await opened.takeEvents()).toEqual([]);
  });

  it('let nobody in without an account, whatever stands before them', async () => {
    isSignedIn = false;
    for (const [method, path] of [
      ['POST', '/totp'],
      ['DELETE', '/totp'],
      ['GET', '/passkeys'],
      ['POST', '/passkeys/options'],
    ] as const)
      expect(await ask(method, path)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });
});
