/** What the stand-in server answers, by method and address. */
import type { Role } from '@pantau/contract/access';
import type { User } from '@pantau/contract/user';
import { ago } from './mock-admin-data.ts';
import { CODES, me, Refusal, signIn, state, type Body, type Handler } from './mock-admin-state.ts';

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

export const ROUTES: Readonly<Record<string, Handler>> = {
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
  'POST users/profile/passkeys/options': () => ({
    options: {
      rp: { name: 'Pantau' },
      user: { id: 'bW9jay11c2Vy', name: me().username, displayName: me().username },
      challenge: 'AAAAAAAAAAAAAAAAAAAAAA',
      pubKeyCredParams: [-7, -257].map((alg) => ({ type: 'public-key', alg })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    },
  }),
  'POST users/profile/passkeys': ({ body }) => {
    const isFirst = !me().has_totp && me().passkeys === 0;
    const passkey = {
      id: state.nextId++,
      name: String(body['name']),
      synced: false,
      created_at: ago(0),
      last_used_at: null,
    };
    state.passkeys = [passkey, ...state.passkeys];
    state.me = { ...me(), passkeys: me().passkeys + 1, restriction: null };
    return { passkey, recovery_codes: isFirst ? CODES : null };
  },
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
