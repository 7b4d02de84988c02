/**
 * The administration's part of the stand-in server. Everybody gets in by any password but `salah`; the name decides the rest:
 * `faktor` has a second factor, `terkunci` must wait, `baru` must change the password, `wajib` must add a factor,
 * `operator-1` and `penonton` have fewer rights. Codes: any but 000000. Scenarios beside those of `mock-api.ts`: setup (no
 * account yet), confirm (every change asks for the password first), factor (every sign-in has a second step).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ROLE_RIGHTS, type Role } from '@pantau/contract/access';
import type { CurrentUser } from '@pantau/contract/auth';
import type { User } from '@pantau/contract/user';
import {
  ago,
  mockAudit,
  mockKeys,
  mockPasskeys,
  mockSessions,
  mockSettings,
  mockUsers,
} from './mock-admin-data.ts';

class Refusal extends Error {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, code: string, more: Readonly<Record<string, unknown>> = {}) {
    super(code);
    this.status = status;
    this.body = { success: false, code, message: code, ...more };
  }
}

const state = {
  users: mockUsers(),
  sessions: mockSessions(),
  passkeys: mockPasskeys(),
  keys: mockKeys(),
  settings: mockSettings,
  audit: mockAudit(),
  isConfirmed: false,
  isSetUp: false,
  me: undefined as CurrentUser | undefined,
  nextId: 100,
};

const CODES = [
  'k7mq-2xwp',
  'h3dn-9rtz',
  'b8vc-4jyf',
  'p2gs-6kwn',
  'x9fr-3mhd',
  't4zb-7qcv',
  'n6jw-8dpk',
  'r5yh-2gxm',
];

type Body = Readonly<Record<string, unknown>>;
interface Call {
  readonly body: Body;
  readonly query: URLSearchParams;
  readonly id: number;
  readonly key: string;
  readonly scenario: string;
  readonly response: ServerResponse;
}
type Handler = (call: Call) => unknown;

export async function answerAdmin(
  request: IncomingMessage,
  response: ServerResponse,
  scenario: string,
): Promise<boolean> {
  const url = new URL(request.url ?? '/', 'http://mock');
  if (!url.pathname.startsWith('/api/')) return false;
  const name = `${request.method ?? 'GET'} ${url.pathname.slice('/api/'.length)}`;
  const key = /\/([^/]*\d[^/]*)(?:\/|$)/.exec(name)?.[1] ?? '';
  const handler = ROUTES[name] ?? ROUTES[name.replace(`/${key}`, '/:id')];
  if (handler === undefined) return false;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  // The pages send objects.
  const body = (text === '' ? {} : JSON.parse(text)) as Body;
  await new Promise((done) => setTimeout(done, scenario === 'slow' ? 4_000 : 120));
  try {
    if (scenario === 'down') throw new Refusal(503, 'DATABASE_UNAVAILABLE', { request_id: 'req-7f3a' });
    checkAccess(request.method ?? 'GET', url.pathname, scenario);
    const data = handler({ body, query: url.searchParams, id: Number(key), key, scenario, response });
    if (!response.headersSent) send(response, 200, { success: true, data: data ?? null });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    send(response, error.status, error.body);
  }
  return true;
}

function checkAccess(method: string, path: string, scenario: string): void {
  const isPublic = path.startsWith('/api/auth/') || path.endsWith('/password-requirements');
  if (path !== '/api/auth/verify' && isPublic && !path.startsWith('/api/auth/confirm')) return;
  if (state.me === undefined && scenario === 'in') signIn('admin');
  if (state.me === undefined) throw new Refusal(401, 'UNAUTHENTICATED');
  const isOwn = path.startsWith('/api/users/profile') || path.startsWith('/api/auth/');
  if (state.me.restriction === 'password-change' && !isOwn)
    throw new Refusal(403, 'PASSWORD_CHANGE_REQUIRED');
  const isChange = method !== 'GET' && !path.startsWith('/api/auth/');
  if (scenario === 'confirm' && isChange && !state.isConfirmed) throw new Refusal(403, 'CONFIRMATION_NEEDED');
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

function currentUser(username: string): CurrentUser {
  const role: Role = username.startsWith('operator')
    ? 'operator'
    : username === 'penonton'
      ? 'viewer'
      : 'administrator';
  const isNew = username === 'baru' || username === 'wajib';
  return {
    id: 1,
    username,
    role,
    rights: [...ROLE_RIGHTS[role]],
    restriction: username === 'baru' ? 'password-change' : username === 'wajib' ? 'second-factor' : null,
    has_totp: !isNew && role === 'administrator',
    passkeys: isNew ? 0 : state.passkeys.length,
    recovery_codes_left: isNew ? 0 : 7,
    password_expires_in_days: username === 'operator-1' ? 5 : null,
  };
}

function signIn(username: string): CurrentUser {
  state.me = currentUser(username);
  state.isConfirmed = false;
  return state.me;
}

function me(): CurrentUser {
  if (state.me === undefined) throw new Refusal(401, 'UNAUTHENTICATED');
  return state.me;
}

function checkPassword(password: unknown, field: string): void {
  const text = String(password);
  const error = text.length < 12 ? 'TOO_SHORT' : /pantau|rahasia/i.test(text) ? 'TOO_WEAK' : undefined;
  if (error !== undefined)
    throw new Refusal(400, 'PASSWORD_REFUSED', { errors: [{ field, code: error, message: error }] });
}

function findUser(id: number): User {
  const user = state.users.find((one) => one.id === id);
  if (user === undefined) throw new Refusal(404, 'USER_NOT_FOUND');
  return user;
}

function checkCode(body: Body): void {
  if (body['code'] === '000000') throw new Refusal(401, 'SECOND_FACTOR_FAILED');
}

const ROUTES: Readonly<Record<string, Handler>> = {
  'GET auth/verify': () => me(),
  'GET auth/setup': ({ scenario }) => ({ needed: scenario === 'setup' && !state.isSetUp }),
  'POST auth/setup': ({ body }) => {
    if (body['token'] === 'lama') throw new Refusal(403, 'SETUP_TOKEN_INVALID');
    checkPassword(body['password'], 'password');
    state.isSetUp = true;
    return signIn(String(body['username']));
  },
  'POST auth/login': ({ body, scenario }) => {
    const username = String(body['username']);
    if (username === 'terkunci') throw new Refusal(429, 'LOGIN_THROTTLED', { retry_after: 8 });
    if (body['password'] === 'salah') throw new Refusal(401, 'LOGIN_FAILED');
    if (username === 'faktor' || scenario === 'factor')
      return { status: 'second-factor', methods: ['totp', 'passkey', 'recovery-code'] };
    return { status: 'signed-in', user: signIn(username) };
  },
  'POST auth/login/totp': ({ body }) => {
    checkCode(body);
    return signIn('admin');
  },
  'POST auth/login/recovery-code': ({ body }) => {
    checkCode(body);
    return signIn('admin');
  },
  'POST auth/passkey/options': () => ({ options: { challenge: 'AAAA', userVerification: 'required' } }),
  'POST auth/passkey': () => signIn('admin'),
  'POST auth/confirm': ({ body }) => {
    if (body['password'] === 'salah') throw new Refusal(401, 'LOGIN_FAILED');
    state.isConfirmed = true;
  },
  'POST auth/confirm/passkey/options': () => ({ options: { challenge: 'AAAA' } }),
  'POST auth/confirm/passkey': () => void (state.isConfirmed = true),
  'POST auth/logout': () => void (state.me = undefined),
  'PUT users/profile': ({ body }) => {
    if (body['username'] === 'operator-1') throw new Refusal(409, 'USER_EXISTS');
    state.me = { ...me(), username: String(body['username']) };
    return state.me;
  },
  'PUT users/profile/password': ({ body }) => {
    if (body['current_password'] === 'salah') throw new Refusal(401, 'LOGIN_FAILED');
    checkPassword(body['new_password'], 'password');
    state.me = { ...me(), restriction: null };
    state.sessions = state.sessions.filter(({ current }) => current);
  },
  'GET users/profile/sessions': () => state.sessions,
  'DELETE users/profile/sessions/:id': ({ key }) => {
    state.sessions = state.sessions.filter(({ id }) => id !== key);
  },
  'DELETE users/profile/sessions': () => {
    state.sessions = state.sessions.filter(({ current }) => current);
  },
  'POST users/profile/totp': () => ({
    secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
    uri: 'otpauth://totp/Pantau:admin?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Pantau',
  }),
  'POST users/profile/totp/confirm': ({ body }) => {
    checkCode(body);
    state.me = { ...me(), has_totp: true, recovery_codes_left: CODES.length, restriction: null };
    return { recovery_codes: CODES };
  },
  'DELETE users/profile/totp': () => void (state.me = { ...me(), has_totp: false }),
  'POST users/profile/recovery-codes': () => ({ recovery_codes: CODES }),
  'GET users/profile/passkeys': () => state.passkeys.slice(0, me().passkeys),
  'POST users/profile/passkeys/options': () => ({ options: {} }),
  'PUT users/profile/passkeys/:id': ({ id, body }) => {
    state.passkeys = state.passkeys.map((one) =>
      one.id === id ? { ...one, name: String(body['name']) } : one,
    );
  },
  'DELETE users/profile/passkeys/:id': ({ id }) => {
    state.passkeys = state.passkeys.filter((one) => one.id !== id);
    state.me = { ...me(), passkeys: state.passkeys.length };
  },
  'GET users': () => state.users,
  'POST users': ({ body }) => {
    const username = String(body['username']);
    if (state.users.some((one) => one.username === username)) throw new Refusal(409, 'USER_EXISTS');
    checkPassword(body['password'], 'password');
    const role: Role =
      body['role'] === 'administrator' || body['role'] === 'operator' ? body['role'] : 'viewer';
    const areas = Array.isArray(body['area_ids']) ? body['area_ids'].map(Number) : [];
    const base = { last_login_at: null, last_login_ip: null, sessions: 0, has_totp: false, passkeys: 0 };
    const created = { created_at: ago(0), password_changed_at: ago(0), must_change_password: true };
    const user: User = {
      id: state.nextId++,
      username,
      role,
      enabled: true,
      area_ids: areas,
      ...base,
      ...created,
    };
    state.users = [...state.users, user];
    return user;
  },
  'PUT users/:id': ({ id, body }) => {
    if (id === 1 && body['enabled'] === false) throw new Refusal(409, 'LAST_ADMINISTRATOR');
    const changed = { ...findUser(id), ...body };
    state.users = state.users.map((one) => (one.id === id ? changed : one));
    return changed;
  },
  'DELETE users/:id': ({ id }) => {
    state.users = state.users.filter((one) => one !== findUser(id));
  },
  'PUT users/:id/password': ({ body }) => checkPassword(body['password'], 'password'),
  'DELETE users/:id/second-factors': ({ id }) => {
    const changed = { ...findUser(id), has_totp: false, passkeys: 0 };
    state.users = state.users.map((one) => (one.id === id ? changed : one));
  },
  'GET users/:id/sessions': ({ id }) =>
    state.sessions.slice(0, findUser(id).sessions).map((session) => ({ ...session, current: false })),
  'DELETE users/:id/sessions': ({ id }) => {
    const changed = { ...findUser(id), sessions: 0 };
    state.users = state.users.map((one) => (one.id === id ? changed : one));
  },
  'GET users/password-requirements': () => ({
    min_length: 12,
    max_length: 200,
    min_score: 3,
    history: 5,
    penalty_words: ['pantau', 'cctv', 'kamera'],
  }),
  'GET admin/api-keys': ({ scenario }) => (scenario === 'empty' ? [] : state.keys),
  'POST admin/api-keys': ({ body }) => {
    const days = Number(body['expires_in_days'] ?? 0);
    const key = {
      id: state.nextId++,
      name: String(body['name']),
      prefix: 'ptu_Tz4b',
      scopes: body['scopes'] as (typeof state.keys)[number]['scopes'],
      created_at: ago(0),
      created_by: me().username,
      expires_at: days > 0 ? ago(-days * 86_400_000) : null,
      last_used_at: null,
      last_used_ip: null,
    };
    state.keys = [key, ...state.keys];
    return { ...key, key: 'ptu_Tz4bW8nQ2rXk6mVd3sYh9pLc5jGf7tBz1aEu' };
  },
  'DELETE admin/api-keys/:id': ({ id }) => {
    state.keys = state.keys.filter((one) => one.id !== id);
  },
  'GET admin/audit': ({ query, scenario }) => auditPage(query, scenario === 'empty'),
  'GET admin/audit/summary': ({ scenario }) => ({
    since: ago(7 * 86_400_000),
    by_type:
      scenario === 'empty'
        ? []
        : [
            { type: 'AUTH_FAILURE', count: 37 },
            { type: 'ACCOUNT_LOCKOUT', count: 2 },
            { type: 'ACCESS_DENIED', count: 5 },
          ],
    failing_addresses: scenario === 'empty' ? [] : [{ ip: '198.51.100.23', count: 28 }],
  }),
  'GET admin/audit/export.csv': ({ response }) => {
    response.writeHead(200, { 'content-type': 'text/csv', 'content-disposition': 'attachment' });
    response.end('id,at,type\r\n4000,2026-11-25T03:42:07Z,AUTH_SUCCESS\r\n');
  },
  'GET settings/security': () => state.settings,
  'PUT settings/security': ({ body }) => {
    state.settings = { ...state.settings, ...body };
    return state.settings;
  },
};

function auditPage(query: URLSearchParams, isEmpty: boolean): unknown {
  const types = query.get('type')?.split(',');
  const words = query.get('q')?.toLowerCase();
  const before = Number(query.get('before') ?? Number.POSITIVE_INFINITY);
  const limit = Number(query.get('limit') ?? 50);
  const fitting = isEmpty
    ? []
    : state.audit.filter(
        (entry) =>
          entry.id < before &&
          (types === undefined || types.includes(entry.type)) &&
          (query.get('actor') ?? entry.actor.name) === entry.actor.name &&
          (query.get('ip') ?? entry.ip) === entry.ip &&
          (query.get('from') ?? '') <= entry.at &&
          (query.get('to') ?? '9') >= entry.at &&
          (words === undefined || JSON.stringify(entry).toLowerCase().includes(words)),
      );
  const entries = fitting.slice(0, limit);
  return { entries, next_before: fitting.length > limit ? (entries.at(-1)?.id ?? null) : null };
}
