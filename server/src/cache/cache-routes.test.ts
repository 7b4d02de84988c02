import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Value } from 'typebox/value';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { AreaFilters } from '@pantau/contract/area';
import { CacheStats } from '@pantau/contract/cache';
import { Envelope } from '@pantau/contract/envelope';
import { areaFilterRoutes } from '../areas/area-filter-routes.ts';
import { AreaService } from '../areas/area-service.ts';
import { createAreaStore } from '../areas/area-store.ts';
import { consoleActor } from '../audit/actor.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import { openTestDatabase } from '../testing/open-test-database.ts';
import { openTestRoutes } from '../testing/open-test-routes.ts';
import { cacheRoutes } from './cache-routes.ts';
import { CacheService } from './cache-service.ts';
import { ResponseCache } from './response-cache.ts';

describe('routes of the response cache', () => {
  const clock = new VirtualClock();
  const cache = new ResponseCache(clock);
  const events: AuditEvent[] = [];
  let opened: Awaited<ReturnType<typeof openTestDatabase>>;
  let areas: AreaService;
  let app: FastifyInstance;

  beforeAll(async () => {
    opened = await openTestDatabase('sqlite');
    areas = new AreaService(createAreaStore(opened.database, clock));
    for (const [name, kecamatan, kelurahan, rw] of [
      ['satu', 'Kota', 'Ledok', '10'],
      ['dua', 'Kota', 'Ledok', '2'],
      ['tiga', 'Kota', 'Ledok', '2'],
      ['empat', 'Dander', 'Ledok', undefined],
      ['lima', 'Kota', undefined, '3'],
      ['enam', undefined, 'Yatim', '4'],
    ] as const)
      await areas.create(
        { name, kecamatan: kecamatan ?? null, kelurahan: kelurahan ?? null, rw: rw ?? null },
        consoleActor('test'),
      );
    const service = new CacheService({ cache, recordEvent: (event) => void events.push(event) });
    app = await openTestRoutes([cacheRoutes(service), areaFilterRoutes(areas, cache)]);
  });
  afterAll(async () => {
    await app.close();
    await opened.close();
  });

  const filters = () => app.inject({ url: '/api/areas/filters?unknown=1' });
  const stats = async () => (await app.inject({ url: '/api/cache/stats' })).json().data;

  it('give the levels of an address, each within those above it', async () => {
    const response = await filters();
    expect([...Value.Errors(Envelope(AreaFilters), response.json())]).toEqual([]);
    expect(response.json().data).toEqual({
      kecamatan: ['Dander', 'Kota'],
      kelurahan: [
        { kelurahan: 'Ledok', kecamatan: 'Dander' },
        { kelurahan: 'Ledok', kecamatan: 'Kota' },
      ],
      rw: [
        { rw: '2', kelurahan: 'Ledok', kecamatan: 'Kota' },
        { rw: '10', kelurahan: 'Ledok', kecamatan: 'Kota' },
      ],
    });
    expect(response.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': '*',
      'x-cache': 'MISS',
    });
    expect((await filters()).headers['x-cache']).toBe('HIT');
  });

  it('show figures', async () => {
    const figures = await stats();
    expect(Value.Check(CacheStats, figures)).toBe(true);
    expect(figures).toMatchObject({ hits: 1, misses: 1, hit_rate: 0.5, keys: ['areas/filters?#public'] });
  });

  it('drop by prefix, and say so in the audit trail', async () => {
    const drop = (payload: object) => app.inject({ method: 'POST', url: '/api/cache/invalidate', payload });
    expect((await drop({ prefix: 'areas/' })).json()).toEqual({ success: true, data: { removed: 1 } });
    expect((await filters()).headers['x-cache']).toBe('MISS');
    expect(events).toMatchObject([
      {
        type: 'CACHE_INVALIDATED',
        actor: { name: 'admin-1' },
        target: { kind: 'cache', name: 'areas/' },
        details: { removed: 1 },
      },
    ]);
    for (const payload of [{}, { prefix: '' }, { prefix: 'a'.repeat(201) }])
      expect((await drop(payload)).statusCode).toBe(400);
    expect(events).toHaveLength(1);
  });

  it('drop everything', async () => {
    const cleared = await app.inject({ method: 'POST', url: '/api/cache/clear' });
    expect(cleared.json().data).toEqual({ removed: 1 });
    expect(await stats()).toMatchObject({ size: 0, invalidations: 2 });
    expect(events.at(-1)?.target).toEqual({ kind: 'cache', id: null, name: null });
  });

  it('do not keep the answer of a database that was away', async () => {
    const list = areas.listFilters.bind(areas);
    areas.listFilters = () => Promise.reject(new Error('gone'));
    expect((await filters()).statusCode).toBe(500);
    areas.listFilters = list;
    expect((await filters()).statusCode).toBe(200);
  });
});
