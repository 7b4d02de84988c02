import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Value } from 'typebox/value';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { silentLogger } from '@pantau/base/logger';
import { AuditPage, AuditSummary, AuditTypes } from '@pantau/contract/audit';
import { Envelope } from '@pantau/contract/envelope';
import { openTestDatabase } from '../testing/open-test-database.ts';
import { openTestRoutes, TEST_ACTOR } from '../testing/open-test-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { AuditService } from './audit-service.ts';
import { createAuditStore, type AuditStore } from './audit-store.ts';

describe('routes of the audit trail', () => {
  let app: FastifyInstance;
  let store: AuditStore;
  let close: () => Promise<void>;
  const clock = new VirtualClock();

  beforeAll(async () => {
    const opened = await openTestDatabase('sqlite');
    close = () => opened.close();
    store = createAuditStore(opened.database);
    const event = {
      type: 'CAMERA_UPDATED' as const,
      actor: { ...TEST_ACTOR, userAgent: '=HYPERLINK("http://198.51.100.1","x")' },
      target: { kind: 'camera', id: 5, name: '@sum(1)\n"Pasar"' },
      details: { changes: { name: ['a', 'b'] }, '=cmd': '+1' },
    };
    await store.append(
      Array.from({ length: 450 }, (_, index) => ({ event, atMs: clock.now() - index * 1000 })),
    );
    app = await openTestRoutes([auditRoutes(new AuditService({ store, clock, logger: silentLogger }))]);
  });
  afterAll(async () => {
    await app.close();
    await close();
  });

  it('have the shapes of the contract', async () => {
    for (const [url, schema] of [
      ['/api/admin/audit?limit=2', Envelope(AuditPage)],
      ['/api/admin/audit/types', Envelope(AuditTypes)],
      ['/api/admin/audit/summary', Envelope(AuditSummary)],
    ] as const) {
      const response = await app.inject({ url });
      expect([url, response.statusCode, [...Value.Errors(schema, response.json())]]).toEqual([url, 200, []]);
      expect(response.headers['cache-control']).toBe('no-store');
    }
    const { data } = (await app.inject({ url: '/api/admin/audit?limit=1' })).json();
    expect(data.entries[0]).toMatchObject({
      actor: { kind: 'account', id: 7, name: 'admin-1' },
      target: { kind: 'camera', id: '5', name: '@sum(1)\n"Pasar"' },
      details: { changes: { name: ['a', 'b'] }, '=cmd': '+1' },
    });
    const summary = (await app.inject({ url: '/api/admin/audit/summary' })).json().data;
    expect(summary).toEqual({
      since: new Date(clock.now() - 7 * 86_400_000).toISOString(),
      by_type: [{ type: 'CAMERA_UPDATED', count: 450 }],
      failing_addresses: [],
    });
  });

  it.each([
    '?limit=0',
    '?limit=201',
    '?before=0',
    '?before=abc',
    '?from=yesterday',
    '?from=2026-02-30T00:00:00Z',
    `?q=${'a'.repeat(101)}`,
  ])('refuse %s', async (query) => {
    const response = await app.inject({ url: `/api/admin/audit${query}` });
    expect([response.statusCode, response.json().code]).toEqual([400, 'REQUEST_INVALID']);
  });

  it.each(['?q=%00', '?q=%25', '?type=,,,', '?before=9007199254740991', '?actor=%F0%9F%98%80', '?unknown=1'])(
    'answer %s',
    async (query) => {
      expect((await app.inject({ url: `/api/admin/audit${query}` })).statusCode).toBe(200);
    },
  );

  it('export every entry once, in cells that no spreadsheet runs', async () => {
    const response = await app.inject({ url: '/api/admin/audit/export.csv' });
    expect(response.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="pantau-audit.csv"',
    });
    const rows = parseCsv(response.body);
    expect(rows[0]?.slice(0, 3)).toEqual(['id', 'at', 'type']);
    expect(rows).toHaveLength(451);
    expect(new Set(rows.slice(1).map(([id]) => id)).size).toBe(450);
    expect(rows[1]?.slice(7)).toEqual([
      '\'=HYPERLINK("http://198.51.100.1","x")',
      'TEST',
      'camera',
      '5',
      '\'@sum(1)\n"Pasar"',
      '{"changes":{"name":["a","b"]},"=cmd":"+1"}',
    ]);
    for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r\n]/);
  });

  it('export what the filter says', async () => {
    const none = await app.inject({ url: '/api/admin/audit/export.csv?type=AUTH_FAILURE' });
    expect(parseCsv(none.body)).toHaveLength(1);
    const before = await app.inject({ url: '/api/admin/audit/export.csv?before=11&limit=1' });
    expect(parseCsv(before.body)).toHaveLength(11);
  });

  it('export ten thousand at most', async () => {
    const event = { type: 'AUTH_SUCCESS' as const, actor: TEST_ACTOR };
    await store.append(Array.from({ length: 10_050 }, () => ({ event, atMs: clock.now() })));
    const response = await app.inject({ url: '/api/admin/audit/export.csv' });
    expect(parseCsv(response.body)).toHaveLength(10_001);
  });

  it('fail cleanly when the database does before the first line', async () => {
    const list = store.list.bind(store);
    store.list = () => Promise.reject(new Error('gone'));
    const response = await app.inject({ url: '/api/admin/audit/export.csv' });
    store.list = list;
    expect([response.statusCode, response.json().code]).toEqual([500, 'INTERNAL']);
  });
});

/** RFC 4180. */
function parseCsv(text: string): string[][] {
  return [...text.matchAll(/((?:"(?:[^"]|"")*"|[^",\r\n]*)(?:,(?:"(?:[^"]|"")*"|[^",\r\n]*))*)\r\n/g)].map(
    ([, line = '']) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, plain = '']) =>
        quoted === undefined ? plain : quoted.replaceAll('""', '"'),
      ),
  );
}
