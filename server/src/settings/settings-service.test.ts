import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { silentLogger } from '@pantau/base/logger';
import { parseAuditQuery } from '../audit/audit-entry.ts';
import { createAuditStore } from '../audit/audit-store.ts';
import type { Database } from '../db/database.ts';
import { DATABASE_KINDS, openTestDatabase } from '../testing/open-test-database.ts';
import { openTestRoutes, TEST_ACTOR } from '../testing/open-test-routes.ts';
import { DEFAULT_SECURITY_RULES, parseEmbedOrigin, parseSecurityRules } from './security-settings.ts';
import { settingsRoutes } from './settings-routes.ts';
import { SettingsService } from './settings-service.ts';
import { createSettingsStore } from './settings-store.ts';

describe('parseEmbedOrigin', () => {
  it.each([
    ['*', '*'],
    ['https://example.org', 'https://example.org'],
    ['https://example.org/', 'https://example.org'],
    ['HTTPS://Example.ORG', 'https://example.org'],
    ['https://example.org:443', 'https://example.org'],
    ['https://example.org:8443', 'https://example.org:8443'],
    ['http://192.168.1.5:80', 'http://192.168.1.5'],
    ['http://[2001:DB8::1]:8080', 'http://[2001:db8::1]:8080'],
    ['https://d\u00e9sa.example', 'https://xn--dsa-bma.example'],
    ['', undefined],
    ['null', undefined],
    ['example.org', undefined],
    ['//example.org', undefined],
    ['https://', undefined],
    ['https:example.org', undefined],
    ['https://example.org/peta', undefined],
    ['https://example.org?x', undefined],
    ['https://example.org#x', undefined],
    ['https://user@example.org', undefined],
    ['https://user:pw@example.org', undefined],
    ['https://*.example.org', undefined],
    ['https://example.org:99999', undefined],
    ['https://exa mple.org', undefined],
    ['https://exam\nple.org', undefined],
    [' https://example.org', undefined],
    ['https:\\\\example.org', undefined],
    ['https://example.org\\@other.example', undefined],
    ['https://exa%00mple.org', undefined],
    ['ftp://example.org', undefined],
    ['javascript://example.org', undefined],
    ['data:text/html,x', undefined],
    [`https://${'a'.repeat(200)}.example`, undefined],
  ])('%j is %j', (text, origin) => {
    expect(parseEmbedOrigin(text)).toBe(origin);
  });

  it('gives what gives itself again, or nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.domain().map((host) => `https://${host}`),
        ),
        (text) => {
          const origin = parseEmbedOrigin(text);
          if (origin !== undefined) expect(parseEmbedOrigin(origin)).toBe(origin);
        },
      ),
    );
  });
});

describe('stored rules', () => {
  const defaults = DEFAULT_SECURITY_RULES;
  it.each([
    [undefined, {}, []],
    ['{}', {}, []],
    ['not json', {}, ['(all)']],
    ['[]', {}, ['(all)']],
    ['null', {}, ['(all)']],
    ['{"require_second_factor":true}', { requireSecondFactor: true }, []],
    ['{"of_a_newer_version":1,"require_second_factor":true}', { requireSecondFactor: true }, []],
    ['{"require_second_factor":"yes"}', {}, ['require_second_factor']],
    [
      '{"password_expiry_days":-1,"password_warning_days":7}',
      { passwordWarningDays: 7 },
      ['password_expiry_days'],
    ],
    ['{"password_expiry_days":1.5}', {}, ['password_expiry_days']],
    ['{"password_expiry_days":null}', {}, ['password_expiry_days']],
    ['{"password_expiry_days":1e99}', {}, ['password_expiry_days']],
    ['{"password_expiry_days":90}', { passwordExpiryDays: 90 }, []],
    [
      '{"password_expiry_days":10}',
      { passwordExpiryDays: 10, passwordWarningDays: 9 },
      ['password_warning_days'],
    ],
    [
      '{"password_expiry_days":60,"password_warning_days":60}',
      { passwordExpiryDays: 60, passwordWarningDays: 14 },
      ['password_warning_days'],
    ],
    [
      '{"embed_origins":["https://a.example","HTTPS://A.example"]}',
      { embedOrigins: ['https://a.example'] },
      [],
    ],
    ['{"embed_origins":["https://a.example","sub.*"]}', {}, ['embed_origins']],
    ['{"embed_origins":"*"}', {}, ['embed_origins']],
    ['{"__proto__":{"require_second_factor":true}}', {}, []],
  ])('%s', (json, expected, ignored) => {
    expect(parseSecurityRules(json)).toEqual({ rules: { ...defaults, ...expected }, ignored });
  });

  it('never throw and are always usable', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (json) => {
        const { rules } = parseSecurityRules(json);
        expect(rules.passwordExpiryDays === 0 || rules.passwordWarningDays < rules.passwordExpiryDays).toBe(
          true,
        );
      }),
    );
  });
});

describe.each(DATABASE_KINDS)('settings on %s', (kind) => {
  let opened: { database: Database; close(): Promise<void> };
  let settings: SettingsService;
  const warnings: object[] = [];
  const open = () =>
    new SettingsService({
      store: createSettingsStore(opened.database, new VirtualClock()),
      logger: { ...silentLogger, warn: (fields) => void warnings.push(fields) },
    });
  const audit = async () => (await createAuditStore(opened.database).list(parseAuditQuery({}))).entries;
  const store = (value: string) =>
    opened.database.record(async (transaction) => {
      await transaction.deleteFrom('settings').execute();
      await transaction.insertInto('settings').values({ key: 'security', value, updated_at: 1 }).execute();
    });

  beforeAll(async () => void (opened = await openTestDatabase(kind)), 30_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    warnings.length = 0;
    await opened.database.record(async (transaction) => {
      await transaction.deleteFrom('settings').execute();
      await transaction.deleteFrom('audit_events').execute();
    });
    settings = open();
    await settings.refresh();
  });

  it('are the defaults before anybody changed them', () => {
    expect(settings.readRules()).toEqual(DEFAULT_SECURITY_RULES);
  });

  it('change together with an entry of what changed, and reach other processes', async () => {
    const other = open();
    const before = await opened.database.readRevision();
    const input = { password_expiry_days: 90, embed_origins: ['https://Example.org:443', '*', '*'] };
    const changed = await settings.updateSecurity(input, TEST_ACTOR);
    expect(changed).toEqual({
      ...DEFAULT_SECURITY_RULES,
      passwordExpiryDays: 90,
      embedOrigins: ['https://example.org', '*'],
    });
    expect(settings.readRules()).toEqual(changed);
    expect(await opened.database.readRevision()).toBe(before + 1);
    expect(other.readRules()).toEqual(DEFAULT_SECURITY_RULES);
    await other.refresh();
    expect(other.readRules()).toEqual(changed);
    const [entry] = await audit();
    expect(entry).toMatchObject({ type: 'SETTINGS_UPDATED', actorName: 'admin-1', targetKind: 'settings' });
    expect(JSON.parse(entry?.details ?? '')).toEqual({
      changes: {
        password_expiry_days: [0, 90],
        embed_origins: [[], ['https://example.org', '*']],
      },
    });
  });

  it('build on what is stored, not on what this process remembers', async () => {
    const other = open();
    await other.updateSecurity({ require_second_factor: true }, TEST_ACTOR);
    await settings.updateSecurity({ password_expiry_days: 30 }, TEST_ACTOR);
    expect(settings.readRules()).toMatchObject({ requireSecondFactor: true, passwordExpiryDays: 30 });
  });

  it('that stay as they are leave no entry', async () => {
    await settings.updateSecurity({ require_second_factor: false }, TEST_ACTOR);
    expect(await audit()).toEqual([]);
  });

  it.each([
    [{ password_expiry_days: 14 }, ['password_warning_days']],
    [{ password_expiry_days: 30, password_warning_days: 30 }, ['password_warning_days']],
    [
      { embed_origins: ['https://a.example/x', 'https://b.example', 'ftp://c'] },
      ['embed_origins', 'embed_origins'],
    ],
  ])('refuse %j whole', async (input, fields) => {
    await expect(
      settings.updateSecurity({ ...input, require_second_factor: true }, TEST_ACTOR),
    ).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      details: { errors: fields.map((field) => expect.objectContaining({ field })) },
    });
    expect(settings.readRules()).toEqual(DEFAULT_SECURITY_RULES);
    expect(await audit()).toEqual([]);
  });

  it('may warn at any time while passwords do not expire', async () => {
    await settings.updateSecurity({ password_warning_days: 90 }, TEST_ACTOR);
    expect(settings.readRules().passwordWarningDays).toBe(90);
  });

  it('keep what a newer version stored, and say once what they do not understand', async () => {
    await store('{"of_a_newer_version":{"x":1},"require_second_factor":"perhaps","password_expiry_days":60}');
    await settings.refresh();
    await settings.refresh();
    expect(warnings).toEqual([{ fields: ['require_second_factor'] }]);
    expect(settings.readRules()).toMatchObject({ requireSecondFactor: false, passwordExpiryDays: 60 });
    await settings.updateSecurity({ password_warning_days: 5 }, TEST_ACTOR);
    const row = await opened.database.read.selectFrom('settings').selectAll().executeTakeFirstOrThrow();
    expect(JSON.parse(row.value)).toEqual({
      of_a_newer_version: { x: 1 },
      require_second_factor: false,
      password_expiry_days: 60,
      password_warning_days: 5,
      embed_origins: [],
    });
  });

  it('have routes', async () => {
    const app = await openTestRoutes([settingsRoutes(settings)]);
    const url = '/api/settings/security';
    const put = (payload: object) => app.inject({ method: 'PUT', url, payload });
    const data = {
      require_second_factor: true,
      password_expiry_days: 0,
      password_warning_days: 14,
      embed_origins: [],
    };
    expect((await put({ require_second_factor: true })).json()).toEqual({ success: true, data });
    expect((await app.inject({ url })).json()).toEqual({ success: true, data });
    const refused = await put({ embed_origins: ['https://a.example/x'] });
    expect(refused.statusCode).toBe(400);
    expect(refused.json()).toMatchObject({ code: 'SETTINGS_INVALID', errors: [{ field: 'embed_origins' }] });
    for (const payload of [
      {},
      { password_expiry_days: -1 },
      { password_expiry_days: 'x' },
      { embed_origins: {} },
    ])
      expect([payload, (await put(payload)).statusCode]).toEqual([payload, 400]);
    await app.close();
  });
});
