/** Accounts, keys and an audit trail of the invented town, for `mock-admin.ts`. */
import type { ApiKey } from '@pantau/contract/api-key';
import type { AuditEntry } from '@pantau/contract/audit';
import type { SecuritySettings } from '@pantau/contract/settings';
import type { Passkey, User, UserSession } from '@pantau/contract/user';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0';
export const AGENTS = {
  phone: `Mozilla/5.0 (Linux; Android 14; SM-A155F) ${CHROME} Mobile Safari/537.36`,
  laptop: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36`,
  linux: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
} as const;

export const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

function user(id: number, username: string, more: Partial<User>): User {
  return {
    id,
    username,
    role: 'viewer',
    enabled: true,
    area_ids: [],
    has_totp: false,
    passkeys: 0,
    must_change_password: false,
    created_at: ago(200 * DAY),
    password_changed_at: ago(60 * DAY),
    last_login_at: ago(3 * HOUR),
    last_login_ip: '103.28.14.9',
    sessions: 1,
    ...more,
  };
}

export function mockUsers(): User[] {
  return [
    user(1, 'admin', { role: 'administrator', has_totp: true, passkeys: 1, sessions: 3 }),
    user(2, 'operator-1', { role: 'operator', has_totp: true, last_login_at: ago(25 * MINUTE) }),
    user(3, 'operator-malam', { role: 'operator', last_login_at: ago(2 * DAY), sessions: 0 }),
    user(4, 'pos-kecamatan-dander', { area_ids: [2], last_login_ip: '2001:db8:40:17::5' }),
    user(5, 'posko-banjir', {
      area_ids: [1, 2],
      must_change_password: true,
      last_login_at: null,
      last_login_ip: null,
      sessions: 0,
    }),
    user(6, 'magang-2025', { enabled: false, last_login_at: ago(120 * DAY), sessions: 0 }),
  ];
}

export function mockSessions(): UserSession[] {
  const session = (id: string, agent: string | null, usedMs: number, more: Partial<UserSession>) => ({
    id,
    current: false,
    remembered: false,
    ip: '103.28.14.9',
    user_agent: agent,
    created_at: ago(usedMs + 2 * HOUR),
    last_used_at: ago(usedMs),
    expires_at: ago(-20 * HOUR),
    ...more,
  });
  return [
    session('s1', AGENTS.laptop, 20_000, { current: true }),
    session('s2', AGENTS.phone, 5 * HOUR, {
      remembered: true,
      ip: '2001:db8:40:17::5',
      expires_at: ago(-28 * DAY),
    }),
    session('s3', 'curl/8.14.1', 3 * DAY, { ip: '198.51.100.23' }),
  ];
}

export function mockPasskeys(): Passkey[] {
  return [
    { id: 1, name: 'Ponsel dinas', synced: true, created_at: ago(40 * DAY), last_used_at: ago(5 * HOUR) },
    {
      id: 2,
      name: 'Laptop ruang kendali lantai dua',
      synced: false,
      created_at: ago(9 * DAY),
      last_used_at: null,
    },
  ];
}

export function mockKeys(): ApiKey[] {
  return [
    {
      id: 1,
      name: 'Situs pemerintah kota',
      prefix: 'ptu_7Hq2',
      scopes: ['cameras:read', 'areas:read'],
      created_at: ago(30 * DAY),
      created_by: 'admin',
      expires_at: ago(-60 * DAY),
      last_used_at: ago(4 * MINUTE),
      last_used_ip: '203.0.113.40',
    },
    {
      id: 2,
      name: 'Skrip penambah kamera',
      prefix: 'ptu_k9Zc',
      scopes: ['cameras:read', 'cameras:write', 'areas:read', 'areas:write'],
      created_at: ago(300 * DAY),
      created_by: 'operator-lama',
      expires_at: ago(12 * DAY),
      last_used_at: ago(14 * DAY),
      last_used_ip: '10.20.0.5',
    },
    {
      id: 3,
      name: 'Pemantau sistem',
      prefix: 'ptu_Qm1x',
      scopes: ['audit:read'],
      created_at: ago(2 * DAY),
      created_by: null,
      expires_at: null,
      last_used_at: null,
      last_used_ip: null,
    },
  ];
}

export const mockSettings: SecuritySettings = {
  require_second_factor: false,
  password_expiry_days: 0,
  password_warning_days: 14,
  embed_origins: ['https://bojonegoro.example'],
};

type Sample = readonly [type: string, actor: string | null, more: Partial<AuditEntry>];

const SAMPLES: readonly Sample[] = [
  ['AUTH_SUCCESS', 'admin', { details: { method: 'password', second_factor: 'totp' } }],
  ['USER_UPDATED', 'admin', {
    target: { kind: 'user', id: '4', name: 'pos-kecamatan-dander' },
    endpoint: 'PUT /api/users/:id',
    details: { changes: { area_ids: [[1], [1, 2]], enabled: [false, true] } },
  }],
  ['AUTH_FAILURE', null, {
    ip: '198.51.100.23',
    target: { kind: 'user', id: null, name: 'root' },
    endpoint: 'POST /api/auth/login',
    details: { count: 14 },
  }],
  ['ACCOUNT_LOCKOUT', null, {
    ip: '198.51.100.23',
    target: { kind: 'user', id: null, name: 'admin' },
    endpoint: 'POST /api/auth/login',
    details: { minutes: 30 },
  }],
  ['CAMERA_UPDATED', 'operator-1', {
    target: { kind: 'camera', id: '12', name: 'Simpang Lima' },
    endpoint: 'PUT /api/cameras/:id',
    details: {
      changes: {
        name: ['Simpang', 'Simpang Lima'],
        source_url: ['rtsp://10.20.0.31/live', 'rtsp://10.20.0.31/live/utama'],
        source_password: ['***', '***'],
        description: [null, 'Melihat ke arah timur; pada jam sibuk lalu lintas padat dari kedua arah.'],
      },
    },
  }],
  ['API_KEY_CREATED', 'admin', { target: { kind: 'api-key', id: '3', name: 'Pemantau sistem' } }],
  ['ACCESS_DENIED', 'operator-1', { endpoint: 'GET /api/users', details: { right: 'users:manage' } }],
  ['PASSWORD_CHANGED', 'operator-1', { target: { kind: 'user', id: '2', name: 'operator-1' } }],
  ['HOTLINK_REFUSED', null, { ip: '2001:db8:77::1', details: { origin: 'https://lain.example', count: 212 } }],
  ['SECRETS_ROTATED', null, { actor: { kind: 'console', id: null, name: null }, ip: null, user_agent: null }],
  ['SETTINGS_UPDATED', 'admin', {
    target: { kind: 'settings', id: null, name: 'security' },
    details: { changes: { embed_origins: [[], ['https://bojonegoro.example']] } },
  }],
  ['RATE_LIMIT_EXCEEDED', null, { ip: '198.51.100.23', details: { tier: 'auth', count: 9 } }],
  ['SOMETHING_NEW', null, { actor: { kind: 'system', id: null, name: null }, ip: null, user_agent: null }],
]; // prettier-ignore

const ENTRIES = 130;

/** Newest first. */
export function mockAudit(): AuditEntry[] {
  return Array.from({ length: ENTRIES }, (_, index) => {
    const [type, actor, more] = SAMPLES[index % SAMPLES.length] ?? ['AUTH_SUCCESS', 'admin', {}];
    return {
      id: 4000 - index,
      at: ago(7 * MINUTE + index * 97 * MINUTE),
      type,
      actor: { kind: actor === null ? 'anonymous' : 'account', id: actor === null ? null : 1, name: actor },
      ip: '103.28.14.9',
      user_agent: actor === null ? 'python-requests/2.32' : AGENTS.laptop,
      endpoint: null,
      target: null,
      details: {},
      ...more,
    };
  });
}
