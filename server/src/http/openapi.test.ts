import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { silentLogger } from '@pantau/base/logger';
import { apiKeyRoutes } from '../api-keys/api-key-routes.ts';
import { ApiKeyService } from '../api-keys/api-key-service.ts';
import { createApiKeyStore } from '../api-keys/api-key-store.ts';
import { areaFilterRoutes } from '../areas/area-filter-routes.ts';
import { AreaService } from '../areas/area-service.ts';
import { createAreaStore } from '../areas/area-store.ts';
import { auditRoutes } from '../audit/audit-routes.ts';
import { AuditService } from '../audit/audit-service.ts';
import { createAuditStore } from '../audit/audit-store.ts';
import { cacheRoutes } from '../cache/cache-routes.ts';
import { CacheService } from '../cache/cache-service.ts';
import { ResponseCache } from '../cache/response-cache.ts';
import { settingsRoutes } from '../settings/settings-routes.ts';
import { SettingsService } from '../settings/settings-service.ts';
import { createSettingsStore } from '../settings/settings-store.ts';
import { checkOpenapi } from '../testing/check-openapi.ts';
import { openTestApp, type TestApp } from '../testing/open-test-app.ts';
import { registerOpenapi } from './openapi.ts';

interface Operation {
  description: string;
  tags: string[];
  security: Record<string, string[]>[];
  responses: Record<string, { content?: Record<string, unknown> }>;
  'x-access': string;
  'x-audit'?: string[];
}
interface Document extends Record<string, unknown> {
  paths: Record<string, Record<string, Operation>>;
}

describe('the description of the server', () => {
  let test: TestApp;
  beforeAll(async () => void (test = await openTestApp()));
  afterAll(() => test.close());

  it('is sound, public, and made once', async () => {
    const response = await test.app.fastify.inject({ url: '/api/openapi.json' });
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': '*',
    });
    const document: Document = response.json();
    expect(checkOpenapi(document)).toEqual([]);
    expect(document['info']).toMatchObject({ title: 'Pantau', version: '0.1.0' });
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/health', '/api/openapi.json', '/api/stream', '/api/stream/{id}']),
    );
    expect(Object.keys(document.paths).filter((path) => !/^\/(api\/|health$)/.test(path))).toEqual([]);
    expect((await test.app.fastify.inject({ url: '/api/openapi.json' })).body).toBe(response.body);
  });

  it('takes no id that no column holds', () => {
    const unbounded = test.app.routes.flatMap(({ method, url, schema }) =>
      listIntegers({ params: schema?.params, body: schema?.body })
        .filter((integer) => !('maximum' in integer) || Number(integer.maximum) > 2_147_483_647)
        .map(() => `${[method].flat().join(',')} ${url}`),
    );
    expect(unbounded).toEqual([]);
  });

  it('names no path of this machine, and not what the framework is', async () => {
    const { body } = await test.app.fastify.inject({ url: '/api/openapi.json' });
    expect(body).not.toContain(test.folder);
    expect(body.toLowerCase()).not.toContain('fastify');
  });
});

describe('the description of routes', () => {
  let app: FastifyInstance;
  let document: Document;
  const routes: RouteOptions[] = [];
  let closeDatabase: () => Promise<void>;

  beforeAll(async () => {
    const opened = await openTestApp();
    closeDatabase = () => opened.close();
    const { database } = opened.context;
    const clock = new VirtualClock();
    const logger = silentLogger;
    const cache = new ResponseCache(clock);
    app = Fastify();
    app.addHook('onRoute', (route) => void routes.push(route));
    await registerOpenapi(app, '1.2.3');
    await app.register(auditRoutes(new AuditService({ store: createAuditStore(database), clock, logger })));
    await app.register(
      apiKeyRoutes(new ApiKeyService({ store: createApiKeyStore(database, clock), clock, logger })),
    );
    await app.register(
      settingsRoutes(new SettingsService({ store: createSettingsStore(database, clock), logger })),
    );
    await app.register(cacheRoutes(new CacheService({ cache, recordEvent: () => {} })));
    await app.register(areaFilterRoutes(new AreaService(createAreaStore(database, clock)), cache));
    app.get('/page/*', { config: { access: 'public' } }, () => 'x');
    app.get('/api/mine/:thing/:other', { config: { access: 'account' } }, () => 'x');
    await app.ready();
    document = (await app.inject({ url: '/api/openapi.json' })).json();
  });
  afterAll(async () => {
    await app.close();
    await closeDatabase();
  });

  const find = (method: string, path: string) => {
    const operation = document.paths[path]?.[method];
    if (operation === undefined) throw new Error(`${method} ${path} is not described`);
    return operation;
  };
  const described = () =>
    routes
      .filter((route) => route.url.startsWith('/api/') && route.method !== 'HEAD')
      .map((route) => ({
        route,
        method: String(route.method).toLowerCase(),
        path: route.url.replace(/:(\w+)/g, '{$1}'),
      }));

  it('is sound', () => {
    expect(checkOpenapi(document)).toEqual([]);
  });

  it('has every route, with who may call it and what is written down', () => {
    expect(described().length).toBeGreaterThan(12);
    for (const { route, method, path } of described()) {
      const operation = find(method, path);
      expect([path, operation['x-access'], operation['x-audit']]).toEqual([
        path,
        route.config?.access,
        route.config?.audit,
      ]);
      if (!['public', 'account'].includes(operation['x-access']))
        expect(operation.description).toContain(`\`${operation['x-access']}\``);
    }
    expect(document.paths['/page/{*}']).toBeUndefined();
    expect(JSON.stringify(document)).not.toContain('/page');
  });

  it('says how each refuses', () => {
    for (const { route, method, path } of described()) {
      const statuses = Object.keys(find(method, path).responses);
      expect([path, statuses.includes('default')]).toEqual([path, true]);
      const isPublic = route.config?.access === 'public';
      expect([path, statuses.includes('401')]).toEqual([path, !isPublic]);
      expect([path, statuses.includes('403')]).toEqual([path, !isPublic || method !== 'get']);
      expect([path, statuses.includes('404')]).toEqual([path, path.includes('{')]);
    }
  });

  it('says who can sign in how', () => {
    expect(find('get', '/api/areas/filters').security).toEqual([]);
    expect(find('get', '/api/mine/{thing}/{other}').security).toEqual([{ cookie: [] }]);
    expect(find('get', '/api/admin/api-keys').security).toEqual([{ cookie: [] }]);
    expect(find('get', '/api/admin/audit').security).toEqual([{ cookie: [] }, { key: [] }, { bearer: [] }]);
    expect(find('post', '/api/admin/api-keys').description).toBe(
      'Needs the right `keys:manage` (API keys). Not for API keys. ' +
        'The person must have proved themselves within the last 15 minutes. Audited as `API_KEY_CREATED`.',
    );
  });

  it('is sorted by slices, and has shapes', () => {
    expect(find('get', '/api/admin/api-keys').tags).toEqual(['api-keys']);
    expect(find('get', '/api/admin/audit/summary').tags).toEqual(['audit']);
    expect(Object.keys(find('get', '/api/admin/audit/export.csv').responses['200']?.content ?? {})).toEqual([
      'text/csv',
    ]);
    expect(JSON.stringify(find('get', '/api/cache/stats').responses['200'])).toContain('hit_rate');
  });
});

describe('checkOpenapi', () => {
  const sound = {
    openapi: '3.1.0',
    info: { title: 'x', version: '1' },
    components: { schemas: { A: { type: 'string' } } },
    paths: {
      '/a/{b}': {
        get: {
          operationId: 'getA',
          tags: ['a'],
          parameters: [{ name: 'b', in: 'path', required: true, schema: { type: 'string' } }],
          responses: { 200: { description: 'x', schema: { $ref: '#/components/schemas/A' } } },
        },
      },
    },
  };
  it.each([
    ['"3.1.0"', '"3.0.3"'],
    ['"title":"x",', ''],
    ['schemas/A', 'schemas/B'],
    ['"name":"b"', '"name":"c"'],
    ['"required":true,', ''],
    ['"description":"x",', ''],
    ['"tags":["a"],', ''],
    ['"200"', '"ok"'],
    ['"operationId":"getA",', ''],
    ['"tags"', '"security":[{"k":[]}],"tags"'],
    ['/a/{b}', '/a/:b'],
  ])('notices %s → %s', (from, to) => {
    expect(checkOpenapi(sound)).toEqual([]);
    const text = JSON.stringify(sound);
    expect(text).toContain(from);
    expect(checkOpenapi(JSON.parse(text.replace(from, to)))).not.toEqual([]);
  });
});

/** Every integer that a schema asks for, however deep. */
function listIntegers(schema: unknown): object[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'type' in schema && schema.type === 'integer' ? [schema] : [];
  return [...own, ...Object.values(schema).flatMap(listIntegers)];
}
