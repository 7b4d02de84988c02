/** Access to media through real HTTP: every way in, and every way that must stay shut. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { consoleActor } from '../audit/actor.ts';
import type { Context } from '../context.ts';
import type { FakeEngine } from '../testing/fake-engine.ts';
import { FakeIdentities } from '../testing/fake-identities.ts';
import { openTestApp, type TestApp } from '../testing/open-test-app.ts';
import { askRaw, type RawReply } from '../testing/raw-http.ts';
import { issueGrantTicket, issueWindowTicket, WINDOW_MS } from './ticket.ts';

const KEY = Buffer.alloc(32, 7);
const keys = [KEY];
const source = { url: 'rtsp://198.51.100.77/x', username: undefined, password: undefined };
const clock = new VirtualClock(Date.UTC(2026, 6, 1, 7));
const people = new FakeIdentities();
const administrator = people.signIn('administrator-1', 'administrator');
const operator = people.signIn('operator-1', 'operator');
const viewer = people.signIn('viewer-1', 'viewer', [1]);
const otherViewer = people.signIn('viewer-2', 'viewer', [2]);
const restricted = people.signIn('operator-2', 'operator');
people.change('operator-2', { restriction: 'password-change' });
const goodKey = people.addKey('key-1', new Set(['streams:private']));
const narrowKey = people.addKey('key-2', new Set(['cameras:read']));
let embedOrigins: readonly string[] = [];
/** What was told of for the audit trail. */
const told: unknown[] = [];
const actor = consoleActor('test');

async function seed({ areas, cameras }: Context): Promise<void> {
  for (const name of ['Kota', 'Dander']) await areas.create({ name }, actor);
  const common = { source, areaId: 1 };
  await cameras.create({ ...common, name: 'public' }, actor);
  await cameras.create({ ...common, name: 'unlisted', visibility: 'unlisted' }, actor);
  await cameras.create({ ...common, name: 'private', visibility: 'private' }, actor);
  await cameras.create({ ...common, name: 'disabled', enabled: false }, actor);
  await cameras.create({ ...common, name: 'adrift', visibility: 'private', areaId: null }, actor);
}

let test: TestApp;
let origin: string;
const stream: Record<string, string> = {};
beforeAll(async () => {
  test = await openTestApp({
    seed,
    config: { publicUrl: 'https://cctv.example.org' },
    delivery: {
      principals: people,
      grants: people,
      readRules: () => ({ embedOrigins }),
      ticketKeys: () => keys,
      clock,
      onRefused: (kind, facts) => void told.push([kind, facts]),
      onGranted: (_actor, camera) => void told.push(['granted', camera.name]),
    },
  });
  origin = await test.listen();
  for (const { name, streamKey } of await test.context.cameras.list()) stream[name] = streamKey;
});
afterAll(() => test.close());
beforeEach(async () => {
  embedOrigins = [];
  told.length = 0;
  people.fails = false;
  // What was remembered of anybody is too old now.
  await clock.advance(3000);
});

const keyOf = (name: string) => stream[name] ?? '';
const ticketOf = (name: string) => issueWindowTicket(KEY, keyOf(name), clock.now()).text;
/** `<stream>`, `<ticket>` and `<other>` (a ticket of another stream) in a path. */
function fill(path: string, name: string): string {
  const other = name === 'public' ? 'private' : 'public';
  return path
    .replace('<stream>', keyOf(name))
    .replace('<ticket>', ticketOf(name))
    .replace('<other>', ticketOf(other));
}
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  askRaw(origin, path, { headers, method });
const codeOf = ({ status, body }: RawReply) => {
  if (status === 302) return '302';
  if (status === 200) return '200';
  return `${status} ${String(JSON.parse(body === '' ? '{}' : body).code ?? '')}`.trim();
};

describe('public and unlisted streams', () => {
  describe.each(['public', 'unlisted'])('%s', (name) => {
    it.each(['index.m3u8', 'low-latency.m3u8'])('%s leads to the ticket of now', async (file) => {
      const reply = await ask(fill(`/hls/<stream>/${file}?a=1&b=/2`, name));
      expect(reply).toMatchObject({ status: 302, body: '' });
      expect(reply.headers).toMatchObject({
        location: `${ticketOf(name)}/${file}?a=1&b=/2`,
        'cache-control': 'no-store',
        'access-control-allow-origin': '*',
      });
      const there = new URL(reply.headers['location'] ?? '', `${origin}/hls/${keyOf(name)}/${file}`);
      const media = await ask(there.pathname + there.search);
      expect([media.status, media.body]).toEqual([
        200,
        expect.stringContaining(`hls ${keyOf(name)}/${file}?a=1&b=/2`),
      ]);
      expect(media.headers['x-fake-private']).toBeUndefined();
    });

    it.each([
      ['/hls/<stream>/<ticket>/media.m3u8?_HLS_msn=1', '200'],
      ['/hls/<stream>/<ticket>/seg-1.m4s', '200'],
      ['/hls/<stream>/<ticket>/index.m3u8', '200'],
      ['/hls/<stream>/media.m3u8', '403 TICKET_INVALID'],
      ['/hls/<stream>/media-ll.m3u8', '403 TICKET_INVALID'],
      ['/hls/<stream>/seg-1.m4s', '403 TICKET_INVALID'],
      ['/hls/<stream>/init-1.mp4', '403 TICKET_INVALID'],
      ['/hls/<stream>/INDEX.M3U8', '403 TICKET_INVALID'],
      ['/hls/<stream>/index.m3u8%00', '403 TICKET_INVALID'],
      ['/hls/<stream>/<ticket>', '403 TICKET_INVALID'],
      ['/hls/<stream>/<other>/seg-1.m4s', '403 TICKET_INVALID'],
      ['/hls/<stream>/<other>/index.m3u8', '403 TICKET_INVALID'],
      ['/hls/<stream>/<ticket>x/seg-1.m4s', '403 TICKET_INVALID'],
      ['/hls/<stream>/<ticket>%2e/seg-1.m4s', '403 TICKET_INVALID'],
      ['/hls/<stream>/<ticket>%2fseg-1.m4s', '403 TICKET_INVALID'],
      ['/hls/<stream>/w.zzzzzz.AAAAAAAAAAAAAAAAAAAAAA/seg-1.m4s', '403 TICKET_INVALID'],
      ['/hls/<stream>/./seg-1.m4s', '403 TICKET_INVALID'],
      ['/hls/<stream>/../seg-1.m4s', '403 TICKET_INVALID'],
      ['/hls/<stream>/%2e%2e/seg-1.m4s', '403 TICKET_INVALID'],
      ['/hls/<stream>//seg-1.m4s', '404 STREAM_NOT_FOUND'],
      ['/hls/<stream>/<ticket>//seg-1.m4s', '404 STREAM_NOT_FOUND'],
      ['/hls/<stream>/<ticket>/', '404 STREAM_NOT_FOUND'],
      ['/hls/<stream>/<ticket>/<other>/seg-1.m4s', '404 STREAM_NOT_FOUND'],
      ['/hls/<stream>/<ticket>/../../../etc/passwd', '404 STREAM_NOT_FOUND'],
      ['/hls//<stream>/<ticket>/seg-1.m4s', '404 STREAM_NOT_FOUND'],
      ['/hls/<stream>%2f<ticket>/seg-1.m4s', '404 STREAM_NOT_FOUND'],
      ['/hls/<stream>', '404 STREAM_NOT_FOUND'],
      ['/hls/<stream>/', '404 STREAM_NOT_FOUND'],
      ['/hls/<stream>?/<ticket>/seg-1.m4s', '404 STREAM_NOT_FOUND'],
      [`/hls/<stream>/<ticket>/${'a'.repeat(3000)}`, '404 STREAM_NOT_FOUND'],
      [`/hls/<stream>/index.m3u8?${'a'.repeat(3000)}`, '404 STREAM_NOT_FOUND'],
    ])('%s is %s', async (path, expected) => {
      expect(codeOf(await ask(fill(path, name)))).toBe(expected);
    });

    it('refuses a ticket in other letters, cut or expired', async () => {
      const good = ticketOf(name);
      const old = issueWindowTicket(KEY, keyOf(name), clock.now() - 2 * WINDOW_MS).text;
      for (const ticket of [good.toUpperCase(), good.slice(0, -1), `${good}A`, old]) {
        expect(codeOf(await ask(`/hls/${keyOf(name)}/${ticket}/seg-1.m4s`))).toBe('403 TICKET_INVALID');
      }
    });

    it('tells other sites of refusals, as the engine does', async () => {
      const { headers, body } = await ask(`/hls/${keyOf(name)}/seg-1.m4s`);
      expect(headers).toMatchObject({
        'access-control-allow-origin': '*',
        'cache-control': 'no-store',
        'content-type': 'application/json; charset=utf-8',
        'x-content-type-options': 'nosniff',
      });
      expect(JSON.parse(body)).toMatchObject({ success: false, code: 'TICKET_INVALID' });
    });

    it('answers HEAD without a body, and leaves other methods to the engine', async () => {
      expect(await ask(fill('/hls/<stream>/index.m3u8', name), {}, 'HEAD')).toMatchObject({
        status: 302,
        body: '',
      });
      expect(await ask(fill('/hls/<stream>/seg-1.m4s', name), {}, 'HEAD')).toMatchObject({
        status: 403,
        body: '',
      });
      const preflight = await ask(fill('/hls/<stream>/index.m3u8', name), {}, 'OPTIONS');
      expect(preflight.status).toBe(200);
      expect(preflight.body).toContain(`hls ${keyOf(name)}/index.m3u8`);
    });
  });

  it('lets a ticket of the window before in, until it ends', async () => {
    const ticket = ticketOf('public');
    const path = `/hls/${keyOf('public')}/${ticket}/seg-1.m4s`;
    await clock.advance(WINDOW_MS);
    expect(ticketOf('public')).not.toBe(ticket);
    expect(codeOf(await ask(path))).toBe('200');
    await clock.advance(WINDOW_MS);
    expect(codeOf(await ask(path))).toBe('403 TICKET_INVALID');
  });

  it('asks nobody who is asking', async () => {
    people.fails = true;
    const before = people.resolved;
    expect(codeOf(await ask(fill('/hls/<stream>/<ticket>/seg-1.m4s', 'public'), operator))).toBe('200');
    expect(people.resolved).toBe(before);
  });
});

describe('streams that are not there', () => {
  it.each(['nosuchkeynosuchkeynosuchke', '%00', '..', '__proto__', 'constructor'])('%s', async (key) => {
    for (const file of ['index.m3u8', 'seg-1.m4s', `${ticketOf('public')}/seg-1.m4s`]) {
      expect(codeOf(await ask(`/hls/${key}/${file}`, administrator))).toBe('404 STREAM_NOT_FOUND');
    }
  });

  it('a disabled camera', async () => {
    expect(codeOf(await ask(fill('/hls/<stream>/index.m3u8', 'disabled'), administrator))).toBe(
      '404 STREAM_NOT_FOUND',
    );
  });

  it('a key in capitals', async () => {
    expect(codeOf(await ask(`/hls/${keyOf('public').toUpperCase()}/index.m3u8`))).toBe(
      '404 STREAM_NOT_FOUND',
    );
  });
});

describe('private streams', () => {
  const strangers: [string, Record<string, string>][] = [
    ['nobody', {}],
    ['a cookie of nobody', { cookie: 'pantau=unknown' }],
    ['a viewer of another area', otherViewer],
    ['an account that must change its password', restricted],
    ['a key without the scope', narrowKey],
    ['a key that does not exist', { 'x-api-key': 'no-such-key' }],
  ];
  it.each(strangers)('do not exist for %s', async (_name, headers) => {
    const missing = 'a'.repeat(26);
    const paths = [
      'index.m3u8',
      'media.m3u8',
      'seg-1.m4s',
      '<ticket>/index.m3u8',
      '<ticket>/seg-1.m4s',
      '<other>/seg-1.m4s',
      'x/y',
    ];
    for (const path of paths) {
      for (const method of ['GET', 'HEAD']) {
        const reply = await ask(`/hls/${fill(`<stream>/${path}`, 'private')}`, headers, method);
        const nowhere = await ask(`/hls/${fill(`${missing}/${path}`, 'private')}`, headers, method);
        expect(reply.status).toBe(404);
        // Not to be told from one that does not exist, by anything but the time of day.
        const { date: _date, ...shown } = reply.headers;
        const { date: _other, ...shownNowhere } = nowhere.headers;
        expect([shown, reply.body]).toEqual([shownNowhere, nowhere.body]);
      }
    }
  });

  it.each([
    ['an administrator', administrator],
    ['an operator', operator],
    ['a viewer of the area', viewer],
    ['a key with the scope', goodKey],
  ])('open for %s, who still needs the ticket', async (_name, headers) => {
    const entry = await ask(fill('/hls/<stream>/index.m3u8?x', 'private'), headers);
    expect(entry.status).toBe(302);
    expect(entry.headers).toMatchObject({
      location: `${ticketOf('private')}/index.m3u8?x`,
      'cache-control': 'private, no-store',
      vary: 'Cookie',
    });
    expect(entry.headers['access-control-allow-origin']).toBeUndefined();
    const media = await ask(fill('/hls/<stream>/<ticket>/seg-1.m4s?y', 'private'), headers);
    expect([media.status, media.headers['x-fake-private']]).toEqual([200, '1']);
    expect(media.body).toContain(`hls ${keyOf('private')}/seg-1.m4s?y`);
    for (const path of [
      'seg-1.m4s',
      'media.m3u8',
      '<other>/seg-1.m4s',
      '<other>/index.m3u8',
      '<ticket>x/seg-1.m4s',
    ]) {
      const refused = await ask(fill(`/hls/<stream>/${path}`, 'private'), headers);
      expect(codeOf(refused)).toBe('403 TICKET_INVALID');
      expect(refused.headers['cache-control']).toBe('private, no-store');
      expect(refused.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('give a range to who may watch only', async () => {
    const range = { range: 'bytes=0-1' };
    const path = fill('/hls/<stream>/<ticket>/seg-1.m4s', 'private');
    expect((await ask(path, range)).status).toBe(404);
    expect((await ask(path, { ...operator, ...range })).headers['x-fake-private']).toBe('1');
  });

  it('of no area are for those who may watch all', async () => {
    const path = fill('/hls/<stream>/<ticket>/seg-1.m4s', 'adrift');
    expect((await ask(path, viewer)).status).toBe(404);
    expect((await ask(path, operator)).status).toBe(200);
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a foreign Origin', { origin: 'https://x.example' }],
    ['a foreign Referer', { referer: 'https://x.example/' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['a sibling', { 'sec-fetch-site': 'same-site', origin: 'https://www.example.org' }],
  ])('are shown to no page of %s, whatever is allowed', async (_name, headers) => {
    embedOrigins = ['*', 'https://x.example'];
    for (const path of ['index.m3u8', '<ticket>/index.m3u8', '<ticket>/media.m3u8', '<ticket>/seg-1.m4s']) {
      const url = fill(`/hls/<stream>/${path}`, 'private');
      expect(codeOf(await ask(url, { ...operator, ...headers }))).toBe('403 HOTLINK_REFUSED');
      // Who may not watch is not even told that there is something to refuse.
      expect(codeOf(await ask(url, headers))).toBe('404 STREAM_NOT_FOUND');
    }
  });

  it('cost one lookup in three seconds, however many ask', async () => {
    const before = people.resolved;
    const path = fill('/hls/<stream>/<ticket>/part-1.m4s', 'private');
    const replies = await Promise.all(Array.from({ length: 50 }, () => ask(path, operator)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect([people.resolved - before, people.wasUse]).toEqual([1, true]);
    await clock.advance(3000);
    await ask(path, operator);
    expect(people.resolved - before).toBe(2);
    await ask(path, viewer);
    expect(people.resolved - before).toBe(3);
  });

  it('are lost within three seconds of signing out, changing, or being disabled', async () => {
    const leaver = people.signIn('viewer-3', 'viewer', [1]);
    const path = fill('/hls/<stream>/<ticket>/part-1.m4s', 'private');
    expect((await ask(path, leaver)).status).toBe(200);
    people.change('viewer-3', { areaIds: new Set() });
    await clock.advance(3000);
    expect((await ask(path, leaver)).status).toBe(404);
    people.change('viewer-3', { areaIds: new Set([1]) });
    await clock.advance(3000);
    expect((await ask(path, leaver)).status).toBe(200);
    people.sessions.delete('viewer-3');
    await clock.advance(3000);
    expect((await ask(path, leaver)).status).toBe(404);
  });

  it('are 503 while the database is away, and public ones go on', async () => {
    people.fails = true;
    const reply = await ask(fill('/hls/<stream>/<ticket>/seg-1.m4s', 'private'), operator);
    expect(codeOf(reply)).toBe('503 DATABASE_UNAVAILABLE');
    expect(reply.headers['retry-after']).toBe('2');
    people.fails = false;
    expect((await ask(fill('/hls/<stream>/<ticket>/seg-1.m4s', 'private'), operator)).status).toBe(200);
  });
});

describe('grant tickets', () => {
  const sessionId = 'viewer-4'.padEnd(22, '0');
  const pathOf = (ticket: string, name = 'private') => `/hls/${keyOf(name)}/${ticket}/seg-1.m4s`;
  beforeEach(() => void people.signIn('viewer-4', 'viewer', [1]));

  it('open their stream without a cookie, privately', async () => {
    const { text } = issueGrantTicket(KEY, keyOf('private'), `s${sessionId}`, clock.now());
    const reply = await ask(pathOf(text));
    expect([reply.status, reply.headers['x-fake-private']]).toEqual([200, '1']);
    expect((await ask(`/hls/${keyOf('private')}/${text}/index.m3u8`)).status).toBe(200);
  });

  it('open no other stream', async () => {
    const { text } = issueGrantTicket(KEY, keyOf('private'), `s${sessionId}`, clock.now());
    expect(codeOf(await ask(pathOf(text, 'adrift')))).toBe('404 STREAM_NOT_FOUND');
    expect(codeOf(await ask(pathOf(text, 'public')))).toBe('403 TICKET_INVALID');
    expect(
      (await test.app.fastify.inject({ url: '/api/stream', headers: { cookie: text } })).json().data,
    ).toHaveLength(1);
  });

  it('end with their session', async () => {
    const { text } = issueGrantTicket(KEY, keyOf('private'), `s${sessionId}`, clock.now());
    expect((await ask(pathOf(text))).status).toBe(200);
    people.sessions.delete('viewer-4');
    await clock.advance(3000);
    expect(codeOf(await ask(pathOf(text)))).toBe('404 STREAM_NOT_FOUND');
    // Not even somebody else's cookie revives it.
    expect(codeOf(await ask(pathOf(text), operator))).toBe('404 STREAM_NOT_FOUND');
  });

  it('end with the right to the area, and with their key', async () => {
    const { text } = issueGrantTicket(KEY, keyOf('private'), `s${sessionId}`, clock.now());
    people.change('viewer-4', { areaIds: new Set([2]) });
    expect(codeOf(await ask(pathOf(text)))).toBe('404 STREAM_NOT_FOUND');
    people.addKey('key-3', new Set(['streams:private']));
    const ofKey = issueGrantTicket(KEY, keyOf('private'), 'k3', clock.now()).text;
    expect((await ask(pathOf(ofKey))).status).toBe(200);
    people.keys.delete('key-3');
    await clock.advance(3000);
    expect(codeOf(await ask(pathOf(ofKey)))).toBe('404 STREAM_NOT_FOUND');
  });

  it('end after an hour', async () => {
    const { text } = issueGrantTicket(KEY, keyOf('private'), `s${sessionId}`, clock.now());
    await clock.advance(3_599_000);
    expect((await ask(pathOf(text))).status).toBe(200);
    await clock.advance(1000);
    expect(codeOf(await ask(pathOf(text)))).toBe('403 TICKET_INVALID');
  });
});

describe('hot-linking', () => {
  const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://x.example' };
  it.each([
    ['the entry', '/hls/<stream>/index.m3u8', '302'],
    ['the entry with a ticket', '/hls/<stream>/<ticket>/index.m3u8', '200'],
    ['a media playlist', '/hls/<stream>/<ticket>/media.m3u8', '200'],
  ])('%s is refused to a site that may not embed', async (_name, path, expected) => {
    const url = fill(path, 'public');
    const refused = await ask(url, foreign);
    expect(codeOf(refused)).toBe('403 HOTLINK_REFUSED');
    expect(refused.headers['access-control-allow-origin']).toBe('*');
    expect(codeOf(await ask(url, { referer: 'https://x.example/page' }))).toBe('403 HOTLINK_REFUSED');
    expect(codeOf(await ask(url))).toBe(expected);
    expect(codeOf(await ask(url, { 'sec-fetch-site': 'same-origin' }))).toBe(expected);
    expect(codeOf(await ask(url, { referer: 'https://cctv.example.org/' }))).toBe(expected);
    for (embedOrigins of [['https://x.example'], ['*']])
      expect(codeOf(await ask(url, foreign))).toBe(expected);
  });

  it('is told of, with who and whose page', async () => {
    await ask(fill('/hls/<stream>/index.m3u8?x', 'public'), { ...foreign, 'user-agent': 'curl/8' });
    await ask(fill('/hls/<stream>/<ticket>/seg-1.m4s', 'private'), { ...operator, origin: 'null' });
    const facts = { address: '127.0.0.1', endpoint: 'GET /hls/:key' };
    expect(told).toEqual([
      ['hotlink', { ...facts, userAgent: 'curl/8', streamKey: keyOf('public'), origin: 'https://x.example' }],
      ['hotlink', { ...facts, userAgent: null, streamKey: keyOf('private'), origin: undefined }],
    ]);
  });

  it('segments are for caches, which do not tell who asks', async () => {
    expect(codeOf(await ask(fill('/hls/<stream>/<ticket>/seg-1.m4s', 'public'), foreign))).toBe('200');
  });
});

describe('tokens', () => {
  const token = async (id: string, headers: Record<string, string> = {}) => {
    const response = await test.app.fastify.inject({ url: `/api/stream/${id}/token`, headers });
    return { status: response.statusCode, headers: response.headers, body: response.json() };
  };

  it('of a public stream are the window of now', async () => {
    const { status, body, headers } = await token('1');
    expect([status, headers['cache-control']]).toEqual([200, 'private, no-store']);
    expect(body.data.token).toBe(ticketOf('public'));
    expect(body.data.stream_url).toBe(`/hls/${keyOf('public')}/${ticketOf('public')}/index.m3u8`);
    expect(body.data.expires_in).toBeGreaterThanOrEqual(6 * 3600);
    expect(body.data.expires_in).toBeLessThanOrEqual(12 * 3600);
    expect((await ask(body.data.stream_url)).status).toBe(200);
  });

  it('of a private stream are bound to who asked', async () => {
    const { body } = await token(keyOf('private'), viewer);
    expect(body.data.expires_in).toBe(3600);
    expect(body.data.token).toContain(`.s${'viewer-1'.padEnd(22, '0')}.`);
    expect((await ask(body.data.stream_url)).status).toBe(200);
    expect((await token('3', goodKey)).body.data.token).toContain('.k1.');
    // Those of public streams are no event.
    await token('1', viewer);
    expect(told).toEqual([
      ['granted', 'private'],
      ['granted', 'private'],
    ]);
  });

  it.each([
    ['a private one, for nobody', 'private', {}, 404],
    ['a private one, for a viewer elsewhere', 'private', otherViewer, 404],
    ['a private one, for who must change the password', 'private', restricted, 404],
    ['a private one, for a key without the scope', 'private', narrowKey, 404],
    ['an unlisted one, by its key', 'unlisted', {}, 200],
    ['a disabled one', 'disabled', administrator, 404],
  ])('%s', async (_name, name, headers, status) => {
    const reply = await token(keyOf(name), headers);
    expect(reply.status).toBe(status);
    if (status === 404) expect(reply.body.code).toBe('CAMERA_NOT_FOUND');
  });

  it('an unlisted one by its number is not found', async () => {
    expect((await token('2')).status).toBe(404);
    expect((await token('2', viewer)).status).toBe(404);
    expect((await token('2', operator)).status).toBe(200);
  });
});

describe('offers by WebRTC', () => {
  const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://x.example' };
  const post = (path: string, name: string, headers: Record<string, string> = {}) =>
    ask(fill(path, name), headers, 'POST');
  const sessions = () => (test.context.engine as FakeEngine).whepSessions; // made by `openTestApp`

  it.each([
    ['public', '/whep/<stream>', {}, 201],
    ['public', '/whep/<stream>/<ticket>', {}, 201],
    ['public', '/whep/<stream>/<other>', {}, 403],
    ['public', '/whep/<stream>', foreign, 403],
    ['public', '/whep/<stream>/<ticket>/more', {}, 404],
    ['public', '/whep/', {}, 404],
    ['unlisted', '/whep/<stream>', {}, 201],
    ['private', '/whep/<stream>', {}, 404],
    ['private', '/whep/<stream>/<ticket>', {}, 404],
    ['private', '/whep/<stream>', viewer, 201],
    ['private', '/whep/<stream>/<ticket>', operator, 201],
    ['private', '/whep/<stream>/<other>', operator, 403],
    ['private', '/whep/<stream>', otherViewer, 404],
    ['private', '/whep/<stream>', restricted, 404],
    ['private', '/whep/<stream>', narrowKey, 404],
    ['private', '/whep/<stream>', goodKey, 201],
    ['private', '/whep/<stream>', { ...operator, ...foreign }, 403],
    ['disabled', '/whep/<stream>', administrator, 404],
  ])('of %s at %s', async (name, path, headers: Record<string, string>, status) => {
    const before = sessions().length;
    const reply = await post(path, name, headers);
    expect(reply.status).toBe(status);
    expect(sessions().length - before).toBe(status === 201 ? 1 : 0);
    if (status === 201) expect(reply.headers['x-fake-private']).toBe(name === 'private' ? '1' : undefined);
  });

  it('of a private stream are answered 503 while the database is away', async () => {
    people.fails = true;
    expect((await post('/whep/<stream>', 'private', viewer)).status).toBe(503);
  });

  it('lead to sessions that end within ten seconds of signing out, and not before', async () => {
    people.signIn('viewer-9', 'viewer', [1]);
    const leaver = people.signIn('viewer-9', 'viewer', [1]);
    expect((await post('/whep/<stream>', 'private', leaver)).status).toBe(201);
    const session = sessions().at(-1);
    await clock.advance(9000);
    expect(session?.isOver).toBe(false);
    people.sessions.delete('viewer-9');
    await clock.advance(9000);
    expect(session?.isOver).toBe(true);
  });
});
