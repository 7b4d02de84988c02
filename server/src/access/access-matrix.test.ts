/**
 * Every route × every kind of caller × own, foreign and missing objects. What must come back is derived from the route's own
 * declaration; a route that is not in the table of examples fails the test, and so does any 500. A change that went through must have
 * left an entry in the audit trail.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLE_RIGHTS, type KeyScope } from '@pantau/contract/access';
import type { Access } from './route-access.ts';
import { openAccessWorld, type AccessWorld, type CallerName } from '../testing/access-world.ts';

type ObjectKind = 'own' | 'foreign' | 'missing';

interface Example {
  /** The address with its ids filled in. Makes what it names, so that a deletion hurts nobody else. */
  readonly url: (world: AccessWorld, object: ObjectKind, caller: CallerName) => Promise<string> | string;
  readonly body?: (world: AccessWorld, caller: CallerName) => unknown;
  /** Statuses of a request that went through with an own object. Default: 200, 201. */
  readonly through?: readonly number[];
  /** Has objects that exist but are not the caller's: they are answered like missing ones. */
  readonly owned?: boolean;
  /** Has an id that may lead nowhere. */
  readonly hasId?: boolean;
  /** A request that went through writes no entry in this example: it is refused later, or such entries are one a minute. */
  readonly writesNothing?: true;
}

const fixed = (url: string): Pick<Example, 'url'> => ({ url: () => url });
const byId = (
  make: (world: AccessWorld) => Promise<number>,
  path: (id: number) => string,
): Pick<Example, 'url' | 'hasId'> => ({
  hasId: true,
  url: async (world, object) => path(object === 'missing' ? 999_999 : await make(world)),
});
const newUser = (world: AccessWorld) => world.addUser('viewer');
const password = 'gunung-Rinjani-ungu-47';

const EXAMPLES: Readonly<Record<string, Example>> = {
  'GET /health': fixed('/health'),
  'GET /api/openapi.json': fixed('/api/openapi.json'),
  'GET /api/cameras/active': fixed('/api/cameras/active'),
  'GET /api/areas/public': fixed('/api/areas/public'),
  'GET /api/areas/filters': fixed('/api/areas/filters'),
  'GET /api/stream': fixed('/api/stream'),
  'GET /api/stream/:id': {
    hasId: true,
    url: (world, object) => `/api/stream/${object === 'missing' ? 999_999 : world.cameras.public.id}`,
  },
  'GET /api/stream/:id/token': {
    hasId: true,
    url: (world, object) => `/api/stream/${object === 'missing' ? 999_999 : world.cameras.public.id}/token`,
  },
  'GET /api/cameras/:id/snapshot': {
    hasId: true,
    url: (world, object) =>
      `/api/cameras/${object === 'missing' ? 999_999 : world.cameras.public.id}/snapshot`,
  },

  'GET /api/auth/setup': fixed('/api/auth/setup'),
  'POST /api/auth/setup': {
    ...fixed('/api/auth/setup'),
    body: () => ({ token: 'wrong', username: 'baru', password }),
    through: [403],
    writesNothing: true,
  },
  'POST /api/auth/login': {
    ...fixed('/api/auth/login'),
    body: () => ({ username: 'nobody', password: 'wrong' }),
    through: [401, 429],
    writesNothing: true,
  },
  'POST /api/auth/login/totp': {
    ...fixed('/api/auth/login/totp'),
    body: () => ({ code: '000000' }),
    through: [401],
    writesNothing: true,
  },
  'POST /api/auth/login/recovery-code': {
    ...fixed('/api/auth/login/recovery-code'),
    body: () => ({ code: 'AAAA-AAAA-AAAA-AAAA' }),
    through: [401],
    writesNothing: true,
  },
  'POST /api/auth/passkey/options': { ...fixed('/api/auth/passkey/options'), writesNothing: true },
  'POST /api/auth/passkey': {
    ...fixed('/api/auth/passkey'),
    body: () => ({ response: {} }),
    through: [400, 401],
    writesNothing: true,
  },
  'POST /api/auth/confirm': {
    ...fixed('/api/auth/confirm'),
    body: (world) => ({ password: world.password }),
  },
  'POST /api/auth/confirm/passkey/options': {
    ...fixed('/api/auth/confirm/passkey/options'),
    // An account without passkeys has none to ask for.
    through: [404],
    writesNothing: true,
  },
  'POST /api/auth/confirm/passkey': {
    ...fixed('/api/auth/confirm/passkey'),
    body: () => ({ response: {} }),
    through: [400],
    writesNothing: true,
  },
  'POST /api/auth/logout': fixed('/api/auth/logout'),
  'GET /api/auth/verify': fixed('/api/auth/verify'),

  'GET /api/users/password-requirements': fixed('/api/users/password-requirements'),
  'GET /api/users/profile': fixed('/api/users/profile'),
  'PUT /api/users/profile': {
    ...fixed('/api/users/profile'),
    body: (world) => ({ username: `nama-${world.next()}` }),
  },
  'PUT /api/users/profile/password': {
    ...fixed('/api/users/profile/password'),
    body: (world) => ({ current_password: world.password, new_password: `${password}-${world.next()}` }),
  },
  'GET /api/users/profile/sessions': fixed('/api/users/profile/sessions'),
  'DELETE /api/users/profile/sessions': {
    ...fixed('/api/users/profile/sessions'),
    writesNothing: true,
  },
  'DELETE /api/users/profile/sessions/:sessionId': {
    hasId: true,
    owned: true,
    url: async (world, object, caller) => {
      const ids = {
        own: () => world.addSessionOf(caller),
        foreign: () => world.addSessionOf('administrator', 'other'),
        missing: () => 'A'.repeat(22),
      };
      return `/api/users/profile/sessions/${await ids[object]()}`;
    },
  },
  'POST /api/users/profile/totp': fixed('/api/users/profile/totp'),
  'POST /api/users/profile/totp/confirm': {
    ...fixed('/api/users/profile/totp/confirm'),
    body: () => ({ code: '000000' }),
    through: [400, 401, 409],
    writesNothing: true,
  },
  'DELETE /api/users/profile/totp': {
    ...fixed('/api/users/profile/totp'),
    through: [404],
    writesNothing: true,
  },
  'POST /api/users/profile/recovery-codes': {
    ...fixed('/api/users/profile/recovery-codes'),
    through: [200, 201, 409],
    writesNothing: true,
  },
  'GET /api/users/profile/passkeys': fixed('/api/users/profile/passkeys'),
  'POST /api/users/profile/passkeys/options': fixed('/api/users/profile/passkeys/options'),
  'POST /api/users/profile/passkeys': {
    ...fixed('/api/users/profile/passkeys'),
    body: () => ({ name: 'Kunci', response: {} }),
    through: [400],
    writesNothing: true,
  },
  'PUT /api/users/profile/passkeys/:id': {
    hasId: true,
    owned: true,
    url: async (world, object, caller) =>
      `/api/users/profile/passkeys/${await world.passkeyOf(caller, object)}`,
    body: () => ({ name: 'Baru' }),
  },
  'DELETE /api/users/profile/passkeys/:id': {
    hasId: true,
    owned: true,
    url: async (world, object, caller) =>
      `/api/users/profile/passkeys/${await world.passkeyOf(caller, object)}`,
  },

  'GET /api/users': fixed('/api/users'),
  'POST /api/users': {
    ...fixed('/api/users'),
    body: (world) => ({ username: `orang-${world.next()}`, password, role: 'viewer' }),
  },
  'GET /api/users/:id': byId(newUser, (id) => `/api/users/${id}`),
  'PUT /api/users/:id': { ...byId(newUser, (id) => `/api/users/${id}`), body: () => ({ role: 'operator' }) },
  'DELETE /api/users/:id': byId(newUser, (id) => `/api/users/${id}`),
  'PUT /api/users/:id/password': {
    ...byId(newUser, (id) => `/api/users/${id}/password`),
    body: () => ({ password }),
  },
  'DELETE /api/users/:id/second-factors': byId(
    (world) => world.addUserWithPasskey(),
    (id) => `/api/users/${id}/second-factors`,
  ),
  'GET /api/users/:id/sessions': byId(newUser, (id) => `/api/users/${id}/sessions`),
  'DELETE /api/users/:id/sessions': byId(
    (world) => world.addUserWithSession(),
    (id) => `/api/users/${id}/sessions`,
  ),

  'GET /api/admin/api-keys': fixed('/api/admin/api-keys'),
  'POST /api/admin/api-keys': {
    ...fixed('/api/admin/api-keys'),
    body: () => ({ name: 'Kunci', scopes: ['cameras:read'] }),
  },
  'DELETE /api/admin/api-keys/:id': byId(
    (world) => world.addApiKeyRow(['areas:read']),
    (id) => `/api/admin/api-keys/${id}`,
  ),
  'GET /api/admin/audit': fixed('/api/admin/audit'),
  'GET /api/admin/audit/types': fixed('/api/admin/audit/types'),
  'GET /api/admin/audit/summary': fixed('/api/admin/audit/summary'),
  'GET /api/admin/audit/export.csv': fixed('/api/admin/audit/export.csv'),
  'GET /api/settings/security': fixed('/api/settings/security'),
  'PUT /api/settings/security': {
    ...fixed('/api/settings/security'),
    body: (world) => ({ embed_origins: [`https://situs-${world.next()}.example`] }),
  },
  'GET /api/cache/stats': fixed('/api/cache/stats'),
  'POST /api/cache/invalidate': { ...fixed('/api/cache/invalidate'), body: () => ({ prefix: 'areas' }) },
  'POST /api/cache/clear': fixed('/api/cache/clear'),

  'GET /api/cameras/verdicts': fixed('/api/cameras/verdicts'),
  'GET /api/cameras': fixed('/api/cameras'),
  'POST /api/cameras': {
    ...fixed('/api/cameras'),
    body: (world) => ({ name: `Kamera ${world.next()}`, source_url: 'rtsp://198.51.100.9/live' }),
  },
  'GET /api/cameras/:id': byId(
    (world) => world.addCamera(),
    (id) => `/api/cameras/${id}`,
  ),
  'PUT /api/cameras/:id': {
    ...byId(
      (world) => world.addCamera(),
      (id) => `/api/cameras/${id}`,
    ),
    body: () => ({ location: 'Jalan Baru' }),
  },
  'DELETE /api/cameras/:id': byId(
    (world) => world.addCamera(),
    (id) => `/api/cameras/${id}`,
  ),
  'POST /api/cameras/:id/new-link': byId(
    (world) => world.addCamera(),
    (id) => `/api/cameras/${id}/new-link`,
  ),
  'GET /api/onvif/interfaces': fixed('/api/onvif/interfaces'),
  'GET /api/onvif/url-templates': fixed('/api/onvif/url-templates?maker=Dahua'),
  'POST /api/onvif/discover': {
    ...fixed('/api/onvif/discover'),
    // An address that may not be asked: the entry is written, no datagram is sent.
    body: () => ({ interfaces: ['127.0.0.1'], address: '127.0.0.1', timeout_s: 1 }),
    through: [403],
  },
  'POST /api/onvif/device': {
    ...fixed('/api/onvif/device'),
    body: () => ({ address: '169.254.169.254', username: 'admin', password: 'x' }),
    through: [403],
  },
  'GET /api/areas': fixed('/api/areas'),
  'POST /api/areas': { ...fixed('/api/areas'), body: (world) => ({ name: `Wilayah ${world.next()}` }) },
  'GET /api/areas/:id': byId(
    (world) => world.addArea(),
    (id) => `/api/areas/${id}`,
  ),
  'PUT /api/areas/:id': {
    ...byId(
      (world) => world.addArea(),
      (id) => `/api/areas/${id}`,
    ),
    body: () => ({ description: 'Baru' }),
  },
  'DELETE /api/areas/:id': byId(
    (world) => world.addArea(),
    (id) => `/api/areas/${id}`,
  ),
};

const CALLERS: readonly CallerName[] = [
  'anonymous',
  'stream-token',
  'viewer',
  'operator',
  'administrator',
  'logged-out',
  'disabled',
  'wrong-key',
  'full-key',
];
const NOBODY: ReadonlySet<CallerName> = new Set(['anonymous', 'stream-token', 'logged-out', 'disabled']);
/** Codes with which the guard refuses; a request that went through has none of them. */
const GUARD_CODES: ReadonlySet<unknown> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'CONFIRMATION_NEEDED',
  'PASSWORD_CHANGE_REQUIRED',
  'SECOND_FACTOR_REQUIRED',
  'CROSS_SITE_REFUSED',
  'RATE_LIMITED',
]);

/** What the declaration says about a caller. */
function verdict(access: Access, caller: CallerName, scopes: readonly KeyScope[]): 'through' | 401 | 403 {
  if (access === 'public') return 'through';
  if (NOBODY.has(caller)) return 401;
  const isKey = caller === 'wrong-key' || caller === 'full-key';
  if (access === 'account') return isKey ? 403 : 'through';
  if (isKey) return scopes.some((scope) => scope === access) ? 'through' : 403;
  const role = caller === 'administrator' || caller === 'operator' ? caller : 'viewer';
  return ROLE_RIGHTS[role].includes(access) ? 'through' : 403;
}

describe('the access matrix', () => {
  let world: AccessWorld;
  beforeAll(async () => {
    world = await openAccessWorld();
  }, 60_000);
  afterAll(() => world.close());

  it('knows every route there is', () => {
    const routes = world.listRoutes().map(({ name }) => name);
    expect(routes.length).toBeGreaterThan(50);
    expect(routes.filter((name) => EXAMPLES[name] === undefined)).toEqual([]);
    expect(Object.keys(EXAMPLES).filter((name) => !routes.includes(name))).toEqual([]);
  });

  it.each(CALLERS)(
    '%s gets what each declaration says',
    async (caller) => {
      const wrong: string[] = [];
      let checked = 0;
      for (const route of world.listRoutes()) {
        const example = EXAMPLES[route.name];
        if (example === undefined) continue;
        const kinds: ObjectKind[] = ['own'];
        if (example.hasId === true) kinds.push('missing');
        if (example.owned === true) kinds.push('foreign');
        for (const object of kinds) {
          const session = await world.enter(caller, route.access);
          const url = await example.url(world, object, caller);
          const before = await world.lastAuditId();
          const reply = await session.send(route.method, url, example.body?.(world, caller));
          checked++;
          const expected = verdict(route.access, caller, session.scopes);
          const what = `${caller} ${route.name} (${object}): ${reply.status} ${String(reply.code)}`;
          if (reply.status >= 500) wrong.push(`${what}, a failure of ours`);
          else if (expected === 'through') {
            const allowed = object === 'own' ? (example.through ?? [200, 201]) : [404];
            const isGuarded = GUARD_CODES.has(reply.code);
            if (!allowed.includes(reply.status) || isGuarded)
              wrong.push(`${what}, expected ${allowed.join(' or ')}`);
            else if (object === 'own' && route.audit.length > 0 && example.writesNothing !== true) {
              const written = await world.auditTypesSince(before);
              if (!route.audit.some((type) => written.includes(type)))
                wrong.push(
                  `${what}, wrote ${written.join(', ') || 'nothing'} instead of ${route.audit.join(' or ')}`,
                );
            }
          } else if (reply.status !== expected) wrong.push(`${what}, expected ${expected}`);
        }
      }
      expect(wrong).toEqual([]);
      expect(checked).toBeGreaterThan(70);
    },
    120_000,
  );
});
