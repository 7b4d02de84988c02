import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../db/database.ts';
import { DATABASE_KINDS, openTestDatabase } from '../testing/open-test-database.ts';
import { SYSTEM_ACTOR, type Actor } from './actor.ts';
import type { AuditEvent } from './audit-event.ts';
import { parseAuditQuery } from './audit-entry.ts';
import { createAuditStore, type AuditStore } from './audit-store.ts';

const actor: Actor = {
  kind: 'account',
  id: 4,
  name: 'Operator-1',
  address: '203.0.113.9',
  userAgent: 'curl/8',
  endpoint: 'PUT /api/cameras/:id',
};
const START_MS = Date.UTC(2026, 0, 1);

describe.each(DATABASE_KINDS)('the audit trail on %s', (kind) => {
  let opened: { database: Database; close(): Promise<void> };
  let store: AuditStore;
  let atMs = START_MS;

  beforeAll(async () => {
    opened = await openTestDatabase(kind);
    store = createAuditStore(opened.database);
  }, 30_000);
  afterAll(() => opened.close());

  const append = (...events: AuditEvent[]) =>
    store.append(events.map((event) => ({ event, atMs: (atMs += 1000) })));
  const find = async (query: Parameters<typeof parseAuditQuery>[0]) =>
    (await store.list(parseAuditQuery(query))).entries;
  const names = async (query: Parameters<typeof parseAuditQuery>[0]) =>
    (await find(query)).map(({ targetName }) => targetName);
  const clear = () => store.removeOlder(Number.MAX_SAFE_INTEGER, 100_000);
  const named = (name: string, more: Partial<AuditEvent> = {}): AuditEvent => ({
    type: 'CAMERA_UPDATED',
    actor,
    target: { kind: 'camera', id: 12, name },
    ...more,
  });

  it('gives back exactly what was stored', async () => {
    await append(named('Simpang Lima', { details: { changes: { name: ['A', 'B'] } } }));
    expect(await find({})).toEqual([
      {
        id: expect.any(Number),
        atMs: START_MS + 1000,
        type: 'CAMERA_UPDATED',
        actorKind: 'account',
        actorId: 4,
        actorName: 'Operator-1',
        ip: '203.0.113.9',
        userAgent: 'curl/8',
        endpoint: 'PUT /api/cameras/:id',
        targetKind: 'camera',
        targetId: '12',
        targetName: 'Simpang Lima',
        details: '{"changes":{"name":["A","B"]}}',
      },
    ]);
  });

  it('does not raise the revision: no list shows it', async () => {
    const before = await opened.database.readRevision();
    await append(named('Revisi'));
    expect(await opened.database.readRevision()).toBe(before);
  });

  it('filters by every field, combined by "and"', async () => {
    await clear();
    const other: Actor = { ...SYSTEM_ACTOR, kind: 'anonymous', address: '2001:db8::1' };
    await append(
      named('satu'),
      named('dua', { type: 'CAMERA_CREATED', actor: other }),
      named('tiga', { type: 'AREA_CREATED', target: { kind: 'area', id: 3, name: 'tiga' } }),
    );
    expect(await names({})).toEqual(['tiga', 'dua', 'satu']);
    expect(await names({ type: 'CAMERA_CREATED' })).toEqual(['dua']);
    expect(await names({ type: 'CAMERA_CREATED, AREA_CREATED,' })).toEqual(['tiga', 'dua']);
    expect(await names({ type: 'NOT_A_TYPE' })).toEqual([]);
    expect(await names({ actor: ' OPERATOR-1 ' })).toEqual(['tiga', 'satu']);
    expect(await names({ actor: 'operator' })).toEqual([]);
    expect(await names({ ip: '2001:db8::1' })).toEqual(['dua']);
    expect(await names({ target_kind: 'area' })).toEqual(['tiga']);
    expect(await names({ target_kind: 'camera', target_id: '12' })).toEqual(['dua', 'satu']);
    expect(await names({ target_kind: 'area', type: 'CAMERA_CREATED' })).toEqual([]);
    const times = (await find({})).map((entry) => new Date(entry.atMs).toISOString());
    expect(await names({ from: times[1] ?? '' })).toEqual(['tiga', 'dua']);
    expect(await names({ to: times[1] ?? '' })).toEqual(['satu']);
  });

  it('gives pages that neither skip nor repeat, while entries are added', async () => {
    await clear();
    await append(...[1, 2, 3, 4, 5].map((number) => named(`n${number}`)));
    const first = await store.list(parseAuditQuery({ limit: 2 }));
    await append(named('n6'));
    const second = await store.list(parseAuditQuery({ limit: 2, before: first.nextBefore ?? 1 }));
    const third = await store.list(parseAuditQuery({ limit: 2, before: second.nextBefore ?? 1 }));
    const pages = [first, second, third].map(({ entries }) => entries.map(({ targetName }) => targetName));
    expect(pages).toEqual([['n5', 'n4'], ['n3', 'n2'], ['n1']]);
    expect(third.nextBefore).toBeNull();
    expect((await store.list(parseAuditQuery({ limit: 6 }))).nextBefore).toBeNull();
  });

  it.each([
    ['simpang', 'word'],
    ['SIMPANG', 'other case'],
    ['lima simpang', 'all words, any order'],
    ['operator-1', 'name of the actor'],
    ['203.0.113', 'address'],
    ['/api/cameras', 'endpoint'],
    ['jalan-lama', 'details'],
    ['JALAN-LAMA', 'details in another case'],
    ['\u00c9T\u00c9', 'letters beyond ASCII in another case'],
    ['e\u0301te\u0301', 'composed otherwise'],
    ['\u043f\u0420\u043e', 'another script'],
    ['100%', 'a percent sign'],
    ['a_b', 'an underscore'],
    ['!', 'an exclamation mark'],
    ["o'clock", 'an apostrophe'],
  ])('finds %j (%s)', async (q) => {
    await clear();
    await append(
      named("Simpang Lima 100% a_b! o'clock", {
        details: { from: 'jalan-lama', more: '\u00e9t\u00e9 \u041f\u0440\u041e' },
      }),
      named('other', { actor: SYSTEM_ACTOR, target: { kind: 'area', id: null, name: '\u00e8t\u00e8' } }),
    );
    expect(await names({ q })).toEqual(["Simpang Lima 100% a_b! o'clock"]);
  });

  it.each(['%', '_', 'simpang_lima', 'sim%lima', '!%', '\\', "' or 1=1 --", '\u00ea', 'simpang tidak', '\0'])(
    'does not find %j',
    async (q) => {
      await clear();
      await append(named('Simpang Lima'));
      expect(await names({ q })).toEqual([]);
    },
  );

  it('takes any filter without failing', async () => {
    const hostile = ['\0', '\ud800', "'; drop table audit_events; --", '%'.repeat(100), '\u202e', '\n'];
    for (const text of hostile) {
      const query = { type: text, actor: text, ip: text, target_kind: text, target_id: text, q: text };
      expect(await find({ ...query, before: Number.MAX_SAFE_INTEGER })).toEqual([]);
    }
    const words = Array.from({ length: 50 }, () => 'a').join(' ');
    await expect(find({ q: words })).resolves.toBeDefined();
    expect(() => parseAuditQuery({ from: '2026-13-01T00:00:00Z' })).toThrowError(
      expect.objectContaining({ code: 'REQUEST_INVALID' }),
    );
  });

  it('keeps an entry of somebody who calls himself what the database cannot store', async () => {
    await clear();
    const name = 'a\0b\ud800';
    await append({
      type: 'AUTH_FAILURE',
      actor: { ...actor, name, userAgent: `x\0${'y'.repeat(400)}` },
      details: { username: name },
    });
    const [entry] = await find({ actor: name, q: name });
    expect(entry).toMatchObject({ actorName: 'a\ufffdb\ufffd', details: '{"username":"a\ufffdb\ufffd"}' });
    expect(entry?.userAgent).toHaveLength(300);
    expect(await store.countByAddress(0, ['AUTH_FAILURE'], 10)).toEqual([{ ip: '203.0.113.9', count: 1 }]);
  });

  it('goes on from where a search ended that read much and found little', async () => {
    await clear();
    await append(named('\u00c9cole'), ...Array.from({ length: 1200 }, () => named('xxcole')));
    expect(await names({ q: '\u00e9cole', limit: 1 })).toEqual(['\u00c9cole']);
  });

  it('counts, and what happened often as often as it happened', async () => {
    await clear();
    const failure = (ip: string, count?: number): AuditEvent => ({
      type: 'AUTH_FAILURE',
      actor: { ...actor, address: ip },
      ...(count === undefined ? {} : { details: { count } }),
    });
    await append(
      failure('198.51.100.1'),
      failure('198.51.100.1', 41),
      failure('198.51.100.2'),
      failure('198.51.100.2'),
      { type: 'AUTH_FAILURE', actor: { ...actor, address: null } },
      { type: 'SESSION_INVALIDATED', actor, details: { count: 9 } },
    );
    expect(await store.countByType(0, ['AUTH_FAILURE'])).toEqual([
      { type: 'AUTH_FAILURE', count: 45 },
      { type: 'SESSION_INVALIDATED', count: 1 },
    ]);
    expect((await store.countByType(0, []))[0]).toEqual({ type: 'AUTH_FAILURE', count: 5 });
    expect(await store.countByAddress(0, ['AUTH_FAILURE'], 10)).toEqual([
      { ip: '198.51.100.1', count: 42 },
      { ip: '198.51.100.2', count: 2 },
    ]);
    expect(await store.countByAddress(0, ['AUTH_FAILURE'], 1)).toHaveLength(1);
    expect(await store.countByType(atMs + 1, [])).toEqual([]);
  });

  it('removes what is older, no more than it is told at once', async () => {
    await clear();
    const beginMs = atMs;
    await append(...[1, 2, 3, 4, 5].map((number) => named(`n${number}`)));
    expect(await store.removeOlder(beginMs + 4000, 2)).toBe(2);
    expect(await store.removeOlder(beginMs + 4000, 2)).toBe(1);
    expect(await store.removeOlder(beginMs + 4000, 2)).toBe(0);
    expect(await names({})).toEqual(['n5', 'n4']);
  });

  it('appends all or none', async () => {
    await clear();
    const broken = named('rusak', { target: { kind: 'camera', id: 1, name: 'rusak' } });
    const events = [
      { event: named('utuh'), atMs: 1 },
      { event: broken, atMs: Number.NaN },
    ];
    await expect(store.append(events)).rejects.toThrow();
    expect(await names({})).toEqual([]);
  });
});
