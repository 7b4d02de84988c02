import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Value } from 'typebox/value';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { silentLogger } from '@pantau/base/logger';
import { ApiKeys, CreatedApiKey } from '@pantau/contract/api-key';
import { Envelope } from '@pantau/contract/envelope';
import { openTestDatabase } from '../testing/open-test-database.ts';
import { openTestRoutes } from '../testing/open-test-routes.ts';
import { apiKeyRoutes } from './api-key-routes.ts';
import { ApiKeyService } from './api-key-service.ts';
import { createApiKeyStore } from './api-key-store.ts';

const url = '/api/admin/api-keys';

describe('routes of API keys', () => {
  let app: FastifyInstance;
  let opened: Awaited<ReturnType<typeof openTestDatabase>>;
  beforeAll(async () => {
    opened = await openTestDatabase('sqlite');
    const clock = new VirtualClock();
    const store = createApiKeyStore(opened.database, clock);
    app = await openTestRoutes([apiKeyRoutes(new ApiKeyService({ store, clock, logger: silentLogger }))]);
  });
  afterAll(async () => {
    await app.close();
    await opened.close();
  });

  it('show a key once', async () => {
    const payload = { name: 'Papan', scopes: ['cameras:read'], expires_in_days: 7 };
    const created = await app.inject({ method: 'POST', url, payload });
    expect([created.statusCode, [...Value.Errors(Envelope(CreatedApiKey), created.json())]]).toEqual([
      201,
      [],
    ]);
    expect(created.headers['cache-control']).toBe('no-store');
    const { key, ...shown } = created.json().data;
    expect(shown).toMatchObject({ name: 'Papan', prefix: key.slice(0, 15), created_by: 'admin-1' });
    const list = await app.inject({ url });
    expect([...Value.Errors(Envelope(ApiKeys), list.json())]).toEqual([]);
    expect(list.json().data).toEqual([shown]);
    expect(list.body).not.toContain(key.slice(16));
  });

  it.each([
    [{}],
    [{ name: 'x', scopes: [] }],
    [{ name: 'x', scopes: ['users:manage'] }],
    [{ name: 'x', scopes: ['keys:manage'] }],
    [{ name: 'x', scopes: ['cameras:read', 'cameras:read'] }],
    [{ name: 'x', scopes: ['cameras:read'], expires_in_days: 0 }],
    [{ name: 'x', scopes: ['cameras:read'], expires_in_days: 366 }],
    [{ name: ' ', scopes: ['cameras:read'] }],
    [{ name: 'x'.repeat(101), scopes: ['cameras:read'] }],
  ])('refuse %j', async (payload) => {
    const response = await app.inject({ method: 'POST', url, payload });
    expect([response.statusCode, response.json().code]).toEqual([400, 'REQUEST_INVALID']);
  });

  it('revoke', async () => {
    const [key] = (await app.inject({ url })).json().data;
    const remove = (id: unknown) => app.inject({ method: 'DELETE', url: `${url}/${String(id)}` });
    expect((await remove(key.id)).json()).toEqual({ success: true, data: null });
    expect((await remove(key.id)).statusCode).toBe(404);
    expect((await remove(0)).statusCode).toBe(400);
    expect((await remove(99_999_999_999)).statusCode).toBe(400);
    expect((await app.inject({ url })).json().data).toEqual([]);
  });
});
