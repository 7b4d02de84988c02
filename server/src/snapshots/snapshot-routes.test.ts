/** Snapshots over HTTP: who gets them, in which form, for how long, and what stands there when there is none. */
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consoleActor } from '../audit/actor.ts';
import type { Context } from '../context.ts';
import { FakeIdentities } from '../testing/fake-identities.ts';
import { openTestApp, type TestApp } from '../testing/open-test-app.ts';
import { PLACEHOLDER_REASONS, drawPlaceholder, placeholderReason } from './placeholder-picture.ts';
import { acceptsWebp } from './snapshot-routes.ts';
import { fakeKeyframe, FakePictureMaker } from './testing/fake-picture-maker.ts';

const actor = consoleActor('test');
const source = { url: 'rtsp://198.51.100.77/x', username: undefined, password: undefined };
const people = new FakeIdentities();
const callers = {
  nobody: {},
  administrator: people.signIn('administrator-1', 'administrator'),
  viewer: people.signIn('viewer-1', 'viewer', [1]),
  elsewhere: people.signIn('viewer-2', 'viewer', [2]),
  restricted: people.signIn('operator-2', 'operator'),
  key: people.addKey('key-1', new Set(['streams:private'])),
  narrowKey: people.addKey('key-2', new Set(['cameras:read'])),
} as const;
people.change('operator-2', { restriction: 'second-factor' });
type CallerName = keyof typeof callers;

async function seed({ areas, cameras }: Context): Promise<void> {
  await areas.create({ name: 'Kota' }, actor);
  for (const [order, visibility] of (['public', 'unlisted', 'private'] as const).entries())
    await cameras.create({ name: visibility, source, areaId: 1, visibility, sortOrder: order }, actor);
  await cameras.create({ name: 'dark', source: { ...source, url: 'rtsp://198.51.100.78/x' } }, actor);
}

const clock = new VirtualClock();
let test: TestApp;
const keys: Record<string, string> = {};
beforeAll(async () => {
  test = await openTestApp({
    seed,
    clock,
    pictures: new FakePictureMaker(),
    delivery: { principals: people, grants: people },
  });
  for (const { name, streamKey } of await test.context.cameras.list()) keys[name] = streamKey;
  test.engine.onKeyframe = (key) =>
    key === keys['dark'] ? new Promise(() => undefined) : Promise.resolve(fakeKeyframe('x', clock.now()));
  for (const name of ['public', 'unlisted', 'private'])
    test.engine.change(keys[name] ?? '', { state: 'live' });
  await clock.advance(31_000);
});
afterAll(() => test.close());

const get = (
  name: string,
  query = '',
  { caller = 'nobody', headers = {} }: { caller?: CallerName; headers?: Record<string, string> } = {},
) =>
  test.app.fastify.inject({
    url: `/api/cameras/${keys[name] ?? name}/snapshot${query}`,
    headers: { ...callers[caller], ...headers },
  });

describe('who gets a picture', () => {
  it.each<[CallerName, number]>([
    ['nobody', 404],
    ['administrator', 200],
    ['viewer', 200],
    ['elsewhere', 404],
    ['restricted', 404],
    ['key', 200],
    ['narrowKey', 404],
  ])('of a private camera: %s %i', async (caller, status) => {
    const reply = await get('private', '', { caller });
    expect(reply.statusCode).toBe(status);
    const missing = await get('no-such-camera', '', { caller });
    expect(missing.statusCode).toBe(404);
    if (status === 404) expect(reply.json()).toEqual(missing.json());
    else
      expect(reply.headers).toMatchObject({
        'cache-control': 'private, no-store',
        vary: 'Accept, Cookie, Authorization, X-API-Key',
        'cross-origin-resource-policy': 'same-origin',
      });
    if (status === 200) expect(reply.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('of an unlisted camera: who has the link, not who guesses its number', async () => {
    expect((await get('unlisted')).statusCode).toBe(200);
    expect((await get('2')).statusCode).toBe(404);
    expect((await get('1')).statusCode).toBe(200);
  });

  it('of a private camera also who holds a grant, as long as it is good', async () => {
    const token = await test.app.fastify.inject({
      url: `/api/stream/${keys['private']}/token`,
      headers: callers.viewer,
    });
    const { token: ticket } = token.json().data as { token: string };
    expect((await get('private', `?ticket=${ticket}`)).statusCode).toBe(200);
    expect((await get('3', `?ticket=${ticket}`)).statusCode).toBe(404);
    expect((await get('private', `?ticket=${ticket}x`)).statusCode).toBe(404);
    expect((await get('private', `?ticket=${ticket.replace(/\..*$/, '.x')}`)).statusCode).toBe(404);
    await clock.advance(3_700_000);
    expect((await get('private', `?ticket=${ticket}`)).statusCode).toBe(404);
  });

  it('not a page of another site, unless it may embed; programs do', async () => {
    const foreign = { 'sec-fetch-site': 'cross-site', referer: 'https://elsewhere.example/' };
    const refused = await get('public', '', { headers: foreign });
    expect([refused.statusCode, refused.json().code]).toEqual([403, 'HOTLINK_REFUSED']);
    const own = { 'sec-fetch-site': 'cross-site' };
    expect((await get('private', '', { caller: 'viewer', headers: own })).statusCode).toBe(403);
    expect((await get('public')).statusCode).toBe(200);
  });
});

describe('in which form', () => {
  it.each([
    ['', 'image/avif,image/webp,*/*', 'image/webp', 'x 960 webp'],
    ['', '*/*', 'image/jpeg', 'x 960 jpeg'],
    ['?w=320', 'image/webp', 'image/webp', 'x 320 webp'],
    ['?w=320&format=jpeg', 'image/webp', 'image/jpeg', 'x 320 jpeg'],
    ['?w=960&format=webp', '*/*', 'image/webp', 'x 960 webp'],
  ])('%s for who accepts %s: %s', async (query, accept, type, body) => {
    const reply = await get('public', query, { headers: { accept } });
    expect([reply.statusCode, reply.headers['content-type'], reply.body]).toEqual([200, type, body]);
    expect(reply.headers['vary']).toBe(query.includes('format') ? undefined : 'Accept');
    expect(reply.headers['x-snapshot']).toBe('picture');
  });

  it.each(['?w=640', '?w=0', '?format=svg', '?v=x', `?ticket=${'x'.repeat(200)}`])(
    'not %s',
    async (query) => {
      expect((await get('public', query)).statusCode).toBe(400);
    },
  );

  it.each([
    [undefined, false],
    ['image/webp', true],
    ['image/avif, image/WEBP;q=0.8', true],
    ['image/webp;q=0, */*', false],
    ['image/*,*/*;q=0.8', false],
  ])('WebP for who says %s: %s', (accept, expected) => {
    expect(acceptsWebp(accept)).toBe(expected);
  });
});

describe('for how long', () => {
  it('a version may be kept, the address without one is asked for again', async () => {
    const plain = await get('public');
    const takenMs = Date.parse(String(plain.headers['x-snapshot-taken']));
    expect(plain.headers['cache-control']).toBe('no-cache');
    expect(plain.headers['last-modified']).toBe(new Date(takenMs).toUTCString());
    expect((await get('public', `?v=${takenMs}`)).headers['cache-control']).toBe(
      'public, max-age=86400, immutable',
    );
    expect((await get('public', `?v=${takenMs - 1}`)).headers['cache-control']).toBe('no-cache');
    expect((await get('private', `?v=${takenMs}`, { caller: 'viewer' })).headers['cache-control']).toBe(
      'private, no-store',
    );
  });

  it('what is known already is not sent again', async () => {
    const first = await get('public');
    const etag = String(first.headers['etag']);
    for (const value of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await get('public', '', { headers: { 'if-none-match': value } });
      expect([again.statusCode, again.body]).toEqual([304, '']);
      expect(again.headers).toMatchObject({ etag, 'cache-control': 'no-cache', vary: 'Accept' });
    }
    expect((await get('public', '', { headers: { 'if-none-match': '"other"' } })).statusCode).toBe(200);
    const webp = await get('public', '', { headers: { accept: 'image/webp' } });
    expect(webp.headers['etag']).not.toBe(etag);
    await clock.advance(61_000);
    const newer = await get('public', '', { headers: { 'if-none-match': etag } });
    expect(newer.statusCode).toBe(200);
  });
});

describe('where there is none', () => {
  it('stands a drawing that no cache keeps and that runs nothing', async () => {
    const reply = await get('dark');
    expect(reply.statusCode).toBe(200);
    expect(reply.headers).toMatchObject({
      'content-type': 'image/svg+xml; charset=utf-8',
      'cache-control': 'no-store',
      'x-snapshot': 'placeholder',
      'x-snapshot-reason': 'none',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    });
    expect(reply.body).toMatch(/^<svg/);
  });

  it('and 404 for who wants a picture of a format', async () => {
    const reply = await get('dark', '?format=jpeg');
    expect([reply.statusCode, reply.json().code]).toEqual([404, 'NOT_FOUND']);
  });

  it('and the list says null', async () => {
    await test.context.streams.refresh();
    const reply = await test.app.fastify.inject({ url: '/api/stream' });
    const list = reply.json().data as {
      name: string;
      snapshot: { url: string; taken_at: string } | null;
    }[];
    expect(list.find(({ name }) => name === 'dark')?.snapshot).toBeNull();
    const { url, taken_at: takenAt } = list.find(({ name }) => name === 'public')?.snapshot ?? {};
    expect(url).toBe(`/api/cameras/${keys['public']}/snapshot?v=${Date.parse(String(takenAt))}`);
    expect((await test.app.fastify.inject({ url: `${url}&w=320` })).statusCode).toBe(200);
  });

  it.each<[string, Parameters<typeof placeholderReason>]>([
    ['maintenance', [{ status: 'maintenance' }, undefined, undefined]],
    ['offline', [{ status: 'active', credentialsUnreadable: true }, undefined, undefined]],
    [
      'offline',
      [{ status: 'active' }, { state: 'retrying', reason: { code: 'SOURCE_UNREACHABLE' } }, undefined],
    ],
    [
      'unsupported',
      [{ status: 'active' }, { state: 'retrying', reason: { code: 'CODEC_UNSUPPORTED' } }, undefined],
    ],
    ['unsupported', [{ status: 'active' }, { state: 'live', reason: undefined }, 'no-decoder']],
    ['unreadable', [{ status: 'active' }, { state: 'live', reason: undefined }, 'crashed']],
    ['none', [{ status: 'active' }, { state: 'idle', reason: undefined }, 'busy']],
  ])('it says %s', (reason, facts) => {
    expect(placeholderReason(...facts)).toBe(reason);
  });

  it('is drawn for every reason, in words', () => {
    for (const reason of PLACEHOLDER_REASONS)
      expect(String(drawPlaceholder(reason))).toMatch(/<text .*>\S+ .*<\/text>/);
  });
});

it('looking at pictures makes nobody a viewer', async () => {
  for (let count = 0; count < 20; count++) await get('public', '?w=320');
  expect(test.engine.stats().viewers).toBe(0);
});
