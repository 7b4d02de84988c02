import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { silentLogger } from '@pantau/base/logger';
import { KEY_SCOPES } from '@pantau/contract/access';
import type { CreateApiKeyInput } from '@pantau/contract/api-key';
import { parseAuditQuery } from '../audit/audit-entry.ts';
import { createAuditStore } from '../audit/audit-store.ts';
import type { Database } from '../db/database.ts';
import { DATABASE_KINDS, openTestDatabase } from '../testing/open-test-database.ts';
import { TEST_ACTOR } from '../testing/open-test-routes.ts';
import { createApiKeyText, hashApiKey, isApiKeyText, MAX_API_KEYS, parseScopes } from './api-key.ts';
import { ApiKeyService } from './api-key-service.ts';
import { createApiKeyStore, type ApiKeyStore } from './api-key-store.ts';

const DAY_MS = 86_400_000;

describe('the text of a key', () => {
  it('has its shape, and is never the same twice', () => {
    const texts = Array.from({ length: 50 }, () => createApiKeyText());
    expect(new Set(texts.map(({ text }) => text.reveal())).size).toBe(50);
    for (const { prefix, text } of texts) {
      expect(text.reveal()).toMatch(/^pantau_[a-z2-7]{8}_[A-Za-z0-9_-]{43}$/);
      expect(text.reveal().startsWith(`${prefix}_`)).toBe(true);
      expect(isApiKeyText(text.reveal())).toBe(true);
      expect(`${String(text)}${JSON.stringify({ text })}`).not.toContain(prefix);
    }
  });

  it.each([
    ['["cameras:read","audit:read"]', ['cameras:read', 'audit:read']],
    ['["users:manage","of:later","cameras:read"]', ['cameras:read']],
    ['{}', []],
    ['null', []],
    ['not json', []],
  ])('scopes %s are %j', (json, scopes) => {
    expect(parseScopes(json)).toEqual(scopes);
  });
});

describe.each(DATABASE_KINDS)('API keys on %s', (kind) => {
  let opened: { database: Database; close(): Promise<void> };
  let store: ApiKeyStore;
  let clock: VirtualClock;
  let keys: ApiKeyService;
  let reads = 0;

  beforeAll(async () => void (opened = await openTestDatabase(kind)), 30_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    await opened.database.record((transaction) => transaction.deleteFrom('api_keys').execute());
    clock = new VirtualClock();
    const real = createApiKeyStore(opened.database, clock);
    store = {
      ...real,
      findByHash: (hash) => {
        reads++;
        return real.findByHash(hash);
      },
    };
    keys = new ApiKeyService({ store, clock, logger: silentLogger });
    reads = 0;
  });

  const create = async (input: Partial<CreateApiKeyInput> = {}) => {
    const { apiKey, text } = await keys.create(
      { name: 'Papan informasi', scopes: ['cameras:read'], ...input },
      TEST_ACTOR,
    );
    return { ...apiKey, text: text.reveal() };
  };
  const lastEntry = async () =>
    (await createAuditStore(opened.database).list(parseAuditQuery({ limit: 1 }))).entries[0];

  it('lets in who has the key, with its scopes and no more', async () => {
    const { id, text } = await create({ scopes: ['cameras:read', 'audit:read'] });
    expect(await keys.authenticate(text)).toEqual({
      kind: 'api-key',
      keyId: id,
      name: 'Papan informasi',
      scopes: new Set(['cameras:read', 'audit:read']),
    });
    expect(await keys.findPrincipalById(id)).toEqual(await keys.authenticate(text));
  });

  it('stores no key, only its hash', async () => {
    const { text, prefix } = await create();
    const rows = await opened.database.read.selectFrom('api_keys').selectAll().execute();
    expect(rows[0]).toMatchObject({ prefix, key_hash: hashApiKey(text), created_by: 'admin-1' });
    const secret = text.slice(prefix.length + 1);
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(JSON.stringify(await lastEntry())).not.toContain(secret);
  });

  it.each([
    ['nothing', () => ''],
    ['another word', (text: string) => text.replace('pantau_', 'pantoe_')],
    ['upper case', (text: string) => text.toUpperCase()],
    ['a character less', (text: string) => text.slice(0, -1)],
    ['a character more', (text: string) => `${text}A`],
    ['a space before', (text: string) => ` ${text}`],
    ['a line break after', (text: string) => `${text}\n`],
    ['NUL', (text: string) => `${text.slice(0, -1)}\0`],
    ['no secret', (text: string) => text.slice(0, 15)],
    ['a megabyte', (text: string) => text + 'a'.repeat(1_000_000)],
    ['SQL', () => "' or 1=1 --"],
  ])('refuses %s without asking the database', async (_name, change) => {
    const { text } = await create();
    expect(await keys.authenticate(change(text))).toBeUndefined();
    expect(reads).toBe(0);
  });

  it.each([
    ['the right prefix with a wrong secret', (text: string) => text.slice(0, 16) + 'A'.repeat(43)],
    [
      'the right secret with a wrong prefix',
      (text: string) => text.slice(0, 7) + 'a2a2a2a2' + text.slice(15),
    ],
    ['another last bit', (text: string) => text.slice(0, -1) + (text.endsWith('A') ? 'E' : 'A')],
  ])('refuses %s', async (_name, change) => {
    const { text } = await create();
    expect(await keys.authenticate(change(text))).toBeUndefined();
    expect(reads).toBe(1);
  });

  it('refuses a key from the moment it expires', async () => {
    const { id, text } = await create({ expires_in_days: 30 });
    clock.stepWall(30 * DAY_MS - 1);
    expect(await keys.authenticate(text)).toBeDefined();
    clock.stepWall(1);
    expect(await keys.authenticate(text)).toBeUndefined();
    expect(await keys.findPrincipalById(id)).toBeUndefined();
  });

  it('refuses a revoked key with the next request, and keeps it in the audit trail', async () => {
    const { id, text, prefix } = await create();
    await keys.remove(id, TEST_ACTOR);
    expect(await keys.authenticate(text)).toBeUndefined();
    expect(await keys.findPrincipalById(id)).toBeUndefined();
    expect(await lastEntry()).toMatchObject({
      type: 'API_KEY_REVOKED',
      actorName: 'admin-1',
      targetKind: 'api-key',
      targetId: String(id),
      targetName: 'Papan informasi',
      details: JSON.stringify({ prefix, scopes: ['cameras:read'], expires_at: null }),
    });
    await expect(keys.remove(id, TEST_ACTOR)).rejects.toMatchObject({ code: 'API_KEY_NOT_FOUND' });
  });

  it('never gives an id again, so that an open stream cannot pass to another key', async () => {
    const { id } = await create();
    await keys.remove(id, TEST_ACTOR);
    expect((await create()).id).toBeGreaterThan(id);
  });

  it('says who made what', async () => {
    const { id, prefix } = await create({ expires_in_days: 1, scopes: [...KEY_SCOPES] });
    expect(await lastEntry()).toMatchObject({
      type: 'API_KEY_CREATED',
      actorId: 7,
      targetId: String(id),
      details: JSON.stringify({
        prefix,
        scopes: KEY_SCOPES,
        expires_at: new Date(clock.now() + DAY_MS).toISOString(),
      }),
    });
  });

  it.each(['', '   ', 'a\nb', '\u202eabc', 'a\0'])('refuses the name %j', async (name) => {
    await expect(create({ name })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      details: { errors: [{ field: 'name' }] },
    });
    expect(await keys.list()).toEqual([]);
  });

  it('makes no more than there may be, and writes no entry for one that is refused', async () => {
    for (let count = 0; count < MAX_API_KEYS; count++) await create();
    const before = await lastEntry();
    await expect(create()).rejects.toMatchObject({ kind: 'conflict', code: 'API_KEYS_FULL' });
    expect(await lastEntry()).toEqual(before);
    const [first] = await keys.list();
    await keys.remove(first?.id ?? 0, TEST_ACTOR);
    await expect(create()).resolves.toBeDefined();
  });

  it('writes the last use of each key in batches, and at the stop', async () => {
    let batches = 0;
    const recordUses = store.recordUses.bind(store);
    store.recordUses = (uses) => {
      batches++;
      return recordUses(uses);
    };
    keys.start();
    const [one, two] = [await create({ name: 'satu' }), await create({ name: 'dua' })];
    for (let request = 0; request < 100; request++)
      await keys.authenticate(one.text, `198.51.100.${request}`);
    await keys.authenticate(two.text);
    await keys.findPrincipalById(one.id);
    expect((await keys.list())[0]).toMatchObject({ lastUsedAtMs: null, lastUsedIp: null });
    const usedAtMs = clock.now();
    await clock.advance(30_000);
    await keys.flush();
    expect(batches).toBe(1);
    expect(await keys.list()).toMatchObject([
      { lastUsedAtMs: usedAtMs, lastUsedIp: '198.51.100.99' },
      { lastUsedAtMs: usedAtMs, lastUsedIp: null },
    ]);
    await clock.advance(60_000);
    expect(batches).toBe(1);
    await keys.authenticate(two.text, '2001:db8::2');
    await keys.stop();
    expect((await keys.list())[1]).toMatchObject({ lastUsedIp: '2001:db8::2' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps uses that could not be written, unless there are newer ones', async () => {
    const { text } = await create();
    const recordUses = store.recordUses.bind(store);
    store.recordUses = () => Promise.reject(new Error('gone'));
    await keys.authenticate(text, 'old');
    await keys.flush();
    expect((await keys.list())[0]?.lastUsedIp).toBeNull();
    store.recordUses = recordUses;
    await keys.flush();
    expect((await keys.list())[0]?.lastUsedIp).toBe('old');
  });

  it('does not count a refused key as used', async () => {
    const { text } = await create({ expires_in_days: 1 });
    clock.stepWall(2 * DAY_MS);
    await keys.authenticate(text, '198.51.100.1');
    await keys.stop();
    expect((await keys.list())[0]?.lastUsedAtMs).toBeNull();
  });
});
