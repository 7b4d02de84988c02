/** What the routes make of requests; who gets to them is the guard's matter and is tested there. */
import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Principal } from '../access/principal.ts';
import { ANONYMOUS } from '../access/principal.ts';
import { consoleActor, SYSTEM_ACTOR } from '../audit/actor.ts';
import { createErrorHandler } from '../http/error-response.ts';
import { actorOf, openTestUsers, passwordOf, type TestUsers } from '../testing/open-test-users.ts';
import { profileRoutes } from './profile-routes.ts';
import { userRoutes } from './user-routes.ts';
import type { User } from './user.ts';

let test: TestUsers;
let app: FastifyInstance;
let principal: Principal = ANONYMOUS;
let rotated: number;
const routes: RouteOptions[] = [];

beforeAll(async () => {
  test = await openTestUsers('sqlite');
  app = Fastify();
  app.setErrorHandler(createErrorHandler(test.clock));
  app.addHook('onRoute', (route) => void routes.push(route));
  app.addHook('onRequest', (request, _reply, next) => {
    request.principal = principal;
    request.actor =
      principal.kind === 'account' ? actorOf(principal.userId, principal.username) : SYSTEM_ACTOR;
    next();
  });
  await app.register(userRoutes(test.users));
  await app.register(
    profileRoutes(test.users, {
      rotateSession: (_request, reply) => {
        rotated++;
        reply.header('set-cookie', 'pantau=new');
        return Promise.resolve();
      },
    }),
  );
});
afterAll(async () => {
  await app.close();
  await test.close();
});

let administrator: User;
let viewer: User;
let area: number;
beforeEach(async () => {
  await test.reset();
  rotated = 0;
  area = await test.addArea('Kota');
  const add = (username: string, role: 'administrator' | 'viewer') =>
    test.users.create({ username, password: passwordOf('tua'), role }, consoleActor('user add'));
  administrator = await add('administrator-1', 'administrator');
  viewer = await add('viewer-1', 'viewer');
  signIn(administrator);
});

function signIn(user: User): void {
  principal = {
    kind: 'account',
    userId: user.id,
    username: user.username,
    role: user.role,
    areaIds: new Set(user.areaIds),
    sessionId: 'here',
    confirmedAtMs: 0,
    restriction: undefined,
  };
}

async function send(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: object) {
  const reply = await app.inject({ method, url, ...(body === undefined ? {} : { payload: body }) });
  return { status: reply.statusCode, headers: reply.headers, body: reply.json<Record<string, unknown>>() };
}

describe('/api/users', () => {
  it('creates, lists, shows, changes and deletes', async () => {
    const created = await send('POST', '/api/users', {
      username: 'viewer-2',
      password: passwordOf('baru'),
      role: 'viewer',
      area_ids: [area],
    });
    const data = {
      id: viewer.id + 1,
      username: 'viewer-2',
      role: 'viewer',
      enabled: true,
      area_ids: [area],
      has_totp: false,
      passkeys: 0,
      must_change_password: true,
      created_at: '2026-01-01T00:00:00.000Z',
      password_changed_at: '2026-01-01T00:00:00.000Z',
      last_login_at: null,
      last_login_ip: null,
      sessions: 0,
    };
    expect(created).toMatchObject({ status: 201, headers: { location: `/api/users/${data.id}` } });
    expect(created.body).toEqual({ success: true, data });

    await test.users.recordLogin(data.id, '203.0.113.7');
    await test.addSession(data.id, 's1');
    const shown = {
      ...data,
      last_login_at: '2026-01-01T00:00:00.000Z',
      last_login_ip: '203.0.113.7',
      sessions: 1,
    };
    expect((await send('GET', `/api/users/${data.id}`)).body).toEqual({ success: true, data: shown });
    const list = await send('GET', '/api/users');
    expect(list.body['data']).toMatchObject([
      { username: 'administrator-1' },
      { username: 'viewer-1' },
      shown,
    ]);

    const changed = await send('PUT', `/api/users/${data.id}`, { enabled: false, area_ids: [] });
    expect(changed.body['data']).toEqual({ ...shown, enabled: false, area_ids: [], sessions: 0 });
    const reset = await send('PUT', `/api/users/${data.id}/password`, { password: passwordOf('lain') });
    expect(reset).toMatchObject({ status: 200, body: { data: { must_change_password: true } } });
    const factors = await send('DELETE', `/api/users/${data.id}/second-factors`);
    expect(factors).toMatchObject({ status: 200, body: { data: { has_totp: false } } });
    expect((await send('DELETE', `/api/users/${data.id}`)).body).toEqual({ success: true, data: null });
    expect((await send('GET', `/api/users/${data.id}`)).status).toBe(404);

    for (const { body } of [created, list, changed, reset])
      expect(JSON.stringify(body)).not.toMatch(/hash|plain:|secret|webauthn/i);
    const events = await test.takeEvents();
    expect(new Set(events.map(({ actor }) => actor))).toEqual(new Set(['console', 'administrator-1']));
  });

  it.each<
    [
      method: 'GET' | 'POST' | 'PUT' | 'DELETE',
      url: string,
      body: object | undefined,
      status: number,
      code: string,
    ]
  >([
    ['GET', '/api/users/4711', undefined, 404, 'USER_NOT_FOUND'],
    ['GET', '/api/users/0', undefined, 400, 'REQUEST_INVALID'],
    ['GET', '/api/users/99999999999', undefined, 400, 'REQUEST_INVALID'],
    ['GET', '/api/users/1%20or%201', undefined, 400, 'REQUEST_INVALID'],
    ['PUT', '/api/users/4711', { enabled: false }, 404, 'USER_NOT_FOUND'],
    ['PUT', '/api/users/4711/password', { password: passwordOf('baru') }, 404, 'USER_NOT_FOUND'],
    ['DELETE', '/api/users/4711', undefined, 404, 'USER_NOT_FOUND'],
    ['DELETE', '/api/users/4711/second-factors', undefined, 404, 'USER_NOT_FOUND'],
    ['POST', '/api/users', {}, 400, 'REQUEST_INVALID'],
    [
      'POST',
      '/api/users',
      { username: 'a-1', password: passwordOf('x'), role: 'root' },
      400,
      'REQUEST_INVALID',
    ],
    [
      'POST',
      '/api/users',
      { username: 'a b', password: passwordOf('x'), role: 'viewer' },
      400,
      'USER_INVALID',
    ],
    [
      'POST',
      '/api/users',
      { username: 'VIEWER-1', password: passwordOf('x'), role: 'viewer' },
      409,
      'USER_EXISTS',
    ],
    [
      'POST',
      '/api/users',
      { username: 'viewer-2', password: 'pendek', role: 'viewer' },
      400,
      'PASSWORD_REFUSED',
    ],
    [
      'POST',
      '/api/users',
      { username: 'viewer-2', password: passwordOf('x'), role: 'viewer', area_ids: [4711] },
      404,
      'AREA_NOT_FOUND',
    ],
    ['PUT', '/api/users/profile/password', { new_password: 'x' }, 400, 'REQUEST_INVALID'],
    ['PUT', '/api/users/profile', { username: 'viewer-1' }, 409, 'USER_EXISTS'],
    ['PUT', '/api/users/profile', { username: '../etc' }, 400, 'USER_INVALID'],
  ])('%s %s %j → %i %s', async (method, url, body, status, code) => {
    const reply = await send(method, url, body);
    expect(reply).toMatchObject({ status, body: { success: false, code } });
    expect(await test.users.count()).toBe(2);
  });

  it('refuses a change of nothing', async () => {
    expect(await send('PUT', `/api/users/${viewer.id}`, {})).toMatchObject({ status: 400 });
  });

  it('protects one’s own account', async () => {
    const own = `/api/users/${administrator.id}`;
    for (const reply of [
      await send('DELETE', own),
      await send('PUT', own, { role: 'viewer' }),
      await send('PUT', own, { enabled: false }),
      await send('PUT', `${own}/password`, { password: passwordOf('baru') }),
      await send('DELETE', `${own}/second-factors`),
    ])
      expect(reply).toMatchObject({ status: 409, body: { code: 'OWN_ACCOUNT' } });
  });

  it('tells the rules for passwords', async () => {
    principal = ANONYMOUS;
    const reply = await send('GET', '/api/users/password-requirements');
    expect(reply).toMatchObject({
      status: 200,
      body: { data: { min_length: 12, max_length: 200, min_score: 3, history: 5 } },
    });
  });
});

describe('/api/users/profile', () => {
  beforeEach(async () => {
    signIn(viewer);
    await test.addSession(viewer.id, 'here');
    await test.addSession(viewer.id, 'phone');
  });

  it('shows the own account and renames it, whatever id is asked for', async () => {
    expect((await send('GET', '/api/users/profile')).body).toMatchObject({
      data: { id: viewer.id, username: 'viewer-1', sessions: 2 },
    });
    const renamed = await send('PUT', '/api/users/profile', { username: 'viewer-9', id: administrator.id });
    // Fastify drops what the schema does not know.
    expect(renamed.body).toMatchObject({ data: { id: viewer.id, username: 'viewer-9', role: 'viewer' } });
    const tried = await send('PUT', '/api/users/profile', { username: 'viewer-9', role: 'administrator' });
    expect(tried.body).toMatchObject({ data: { role: 'viewer' } });
    expect(await test.users.get(administrator.id)).toEqual(administrator);
  });

  it('changes the password, ends the other sessions, and gives this one a new cookie', async () => {
    const reply = await send('PUT', '/api/users/profile/password', {
      current_password: passwordOf('tua'),
      new_password: passwordOf('baru'),
    });
    expect(reply).toMatchObject({
      status: 200,
      headers: { 'set-cookie': 'pantau=new' },
      body: { data: { must_change_password: false, sessions: 1 } },
    });
    expect(await test.sessionsOf(viewer.id)).toEqual(['here']);
    expect(rotated).toBe(1);
  });

  it.each([
    ['current_password', 'WRONG', passwordOf('lain'), passwordOf('baru')],
    ['password', 'TOO_SHORT', passwordOf('tua'), 'pendek'],
    ['password', 'USED_BEFORE', passwordOf('tua'), passwordOf('tua')],
  ])('says that %s is %s and changes nothing', async (field, code, current, next) => {
    const reply = await send('PUT', '/api/users/profile/password', {
      current_password: current,
      new_password: next,
    });
    expect(reply).toMatchObject({
      status: 400,
      body: { code: 'PASSWORD_REFUSED', errors: [{ field, code, message: expect.any(String) }] },
    });
    expect(rotated).toBe(0);
    expect(await test.sessionsOf(viewer.id)).toHaveLength(2);
  });

  it('is nothing for keys and strangers, should the guard ever let them through', async () => {
    principal = ANONYMOUS;
    expect(await send('GET', '/api/users/profile')).toMatchObject({ status: 401 });
    principal = { kind: 'api-key', keyId: viewer.id, name: 'k', scopes: new Set() };
    expect(await send('PUT', '/api/users/profile', { username: 'viewer-7' })).toMatchObject({ status: 401 });
  });
});

describe('what the routes declare', () => {
  it('is a right, a fresh proof and an audit entry for every change of other accounts', () => {
    const declared = routes
      .filter(({ method }) => method !== 'HEAD')
      .map(({ method, url, config }) => {
        const { access, recent = false, whileRestricted = false, audit = [] } = config ?? {};
        return [`${String(method)} ${url}`, access, recent, whileRestricted, audit.length > 0];
      });
    expect(declared).toEqual([
      ['GET /api/users/password-requirements', 'public', false, true, false],
      ['GET /api/users', 'users:manage', false, false, false],
      ['POST /api/users', 'users:manage', true, false, true],
      ['GET /api/users/:id', 'users:manage', false, false, false],
      ['PUT /api/users/:id', 'users:manage', true, false, true],
      ['DELETE /api/users/:id', 'users:manage', true, false, true],
      ['PUT /api/users/:id/password', 'users:manage', true, false, true],
      ['DELETE /api/users/:id/second-factors', 'users:manage', true, false, true],
      ['GET /api/users/profile', 'account', false, true, false],
      ['PUT /api/users/profile', 'account', false, false, true],
      ['PUT /api/users/profile/password', 'account', false, true, true],
    ]);
  });
});
