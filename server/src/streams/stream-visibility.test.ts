/** Who finds which camera: lists, counts and details over HTTP, by the role of whoever asks. */
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Value } from 'typebox/value';
import { Envelope } from '@pantau/contract/envelope';
import { StreamList, StreamToken } from '@pantau/contract/stream';
import { consoleActor } from '../audit/actor.ts';
import type { Context } from '../context.ts';
import { FakeIdentities } from '../testing/fake-identities.ts';
import { openTestApp, type TestApp } from '../testing/open-test-app.ts';

const source = { url: 'rtsp://198.51.100.77/x', username: undefined, password: undefined };
const people = new FakeIdentities();
const callers = {
  nobody: {},
  stale: { cookie: 'pantau=unknown' },
  administrator: people.signIn('administrator-1', 'administrator'),
  operator: people.signIn('operator-1', 'operator'),
  viewer: people.signIn('viewer-1', 'viewer', [1]),
  elsewhere: people.signIn('viewer-2', 'viewer', [2]),
  arealess: people.signIn('viewer-3', 'viewer'),
  restricted: people.signIn('operator-2', 'operator'),
  key: people.addKey('key-1', new Set(['streams:private'])),
  narrowKey: people.addKey('key-2', new Set(['cameras:read'])),
} as const;
people.change('operator-2', { restriction: 'second-factor' });
type CallerName = keyof typeof callers;

const PUBLIC = ['kota-public', 'dander-public'];
const ALL = ['kota-public', 'kota-unlisted', 'kota-private', 'dander-public', 'dander-private'];
const SEEN: Readonly<Record<CallerName, readonly string[]>> = {
  nobody: PUBLIC,
  stale: PUBLIC,
  administrator: ALL,
  operator: ALL,
  viewer: ['kota-public', 'kota-private', 'dander-public'],
  elsewhere: ['kota-public', 'dander-public', 'dander-private'],
  arealess: PUBLIC,
  restricted: PUBLIC,
  key: ALL,
  narrowKey: PUBLIC,
};

const actor = consoleActor('test');

async function seed({ areas, cameras }: Context): Promise<void> {
  await areas.create({ name: 'Kota' }, actor);
  await areas.create({ name: 'Dander' }, actor);
  const add = (name: string, areaId: number, visibility: 'public' | 'unlisted' | 'private', order: number) =>
    cameras.create({ name, source, areaId, visibility, sortOrder: order }, actor);
  await add('kota-public', 1, 'public', 1);
  await add('kota-unlisted', 1, 'unlisted', 2);
  await add('kota-private', 1, 'private', 3);
  await add('dander-public', 2, 'public', 4);
  await add('dander-private', 2, 'private', 5);
  await cameras.create({ name: 'disabled', source, areaId: 1, enabled: false, sortOrder: 6 }, actor);
}

let test: TestApp;
const keys: Record<string, string> = {};
beforeAll(async () => {
  test = await openTestApp({ seed, delivery: { principals: people, grants: people } });
  for (const { name, streamKey } of await test.context.cameras.list()) keys[name] = streamKey;
});
afterAll(() => test.close());

const get = (url: string, caller: CallerName, headers: Record<string, string> = {}) =>
  test.app.fastify.inject({ url, headers: { ...callers[caller], ...headers } });
const names = Object.keys(callers) as CallerName[];

describe.each(names)('%s', (caller) => {
  const seen = SEEN[caller];

  it.each(['/api/stream', '/api/cameras/active'])('finds in %s what it may', async (url) => {
    const response = await get(url, caller);
    const cameras: { name: string; visibility: string; stream_key: string }[] = response.json().data;
    expect(cameras.map(({ name }) => name)).toEqual(seen);
    expect(cameras.every(({ name, visibility }) => name.endsWith(visibility))).toBe(true);
    const hidden = Object.keys(keys).filter((name) => !seen.includes(name));
    for (const name of hidden) {
      expect(response.body).not.toContain(name);
      expect(response.body).not.toContain(keys[name]);
    }
  });

  it('finds counts of what it may see', async () => {
    const areas: { name: string; camera_count: number }[] = (await get('/api/areas/public', caller)).json()
      .data;
    const count = (area: string) => seen.filter((name) => name.startsWith(area.toLowerCase())).length;
    expect(areas.map(({ name, camera_count }) => [name, camera_count])).toEqual([
      ['Dander', count('Dander')],
      ['Kota', count('Kota')],
    ]);
  });

  it('opens by number what it finds, and by key what has a link', async () => {
    const all = Object.keys(keys);
    for (const [index, name] of all.entries()) {
      const isSeen = seen.includes(name);
      const isLinked = isSeen || name.endsWith('unlisted');
      for (const [id, isFound] of [
        [String(index + 1), isSeen],
        [keys[name] ?? '', isLinked],
      ] as const) {
        const response = await get(`/api/stream/${id}`, caller);
        const expected = isFound ? [200, undefined] : [404, 'CAMERA_NOT_FOUND'];
        expect([name, id, response.statusCode, response.json().code]).toEqual([name, id, ...expected]);
        if (isFound) expect(response.json().data.camera.name).toBe(name);
        const token = await get(`/api/stream/${id}/token`, caller);
        expect([name, id, token.statusCode]).toEqual([name, id, expected[0]]);
        if (isFound) expect([...Value.Errors(Envelope(StreamToken), token.json())]).toEqual([]);
      }
    }
  });
});

describe('lists for some', () => {
  it('have the shape of the contract, in every encoding', async () => {
    const plain = await get('/api/stream', 'operator');
    expect([...Value.Errors(Envelope(StreamList), plain.json())]).toEqual([]);
    const br = await get('/api/stream', 'operator', { 'accept-encoding': 'br' });
    expect(brotliDecompressSync(br.rawPayload).toString()).toBe(plain.body);
  });

  it.each(['/api/stream', '/api/cameras/active', '/api/areas/public', '/api/stream/1'])(
    '%s is kept by no shared cache and read by no other site',
    async (url) => {
      for (const caller of ['administrator', 'viewer', 'key'] as const) {
        const { headers } = await get(url, caller);
        expect(headers).toMatchObject({
          'cache-control': 'private, no-cache',
          vary: 'Cookie, Authorization, X-API-Key, Accept-Encoding',
        });
        expect(headers['access-control-allow-origin']).toBeUndefined();
      }
      const { headers } = await get(url, 'nobody');
      expect(headers).toMatchObject({ 'cache-control': 'no-cache', 'access-control-allow-origin': '*' });
    },
  );

  it('answer 304 to who has this very list, and never to who has another', async () => {
    const tags = new Map<CallerName, string>();
    for (const caller of names) tags.set(caller, String((await get('/api/stream', caller)).headers.etag));
    for (const holder of names) {
      for (const caller of names) {
        const response = await get('/api/stream', caller, { 'if-none-match': tags.get(holder) ?? '' });
        const isSame = SEEN[holder].join() === SEEN[caller].join();
        expect([holder, caller, response.statusCode]).toEqual([holder, caller, isSame ? 304 : 200]);
        if (response.statusCode === 304 && caller === 'operator') {
          expect(response.headers['cache-control']).toBe('private, no-cache');
        }
      }
    }
  });

  it('are never mixed, however they are asked for at once, also after changes', async () => {
    for (let round = 0; round < 3; round++) {
      await test.context.cameras.update('kota-private', { location: `Jl. ${round}` }, actor);
      const refreshed = test.context.streams.refresh();
      const asked = Array.from({ length: 60 }, (_, index) => names[index % names.length] ?? 'nobody');
      const replies = await Promise.all(asked.map((caller) => get('/api/stream', caller)));
      await refreshed;
      for (const [index, reply] of replies.entries()) {
        const shown: { name: string }[] = reply.json().data;
        expect(shown.map(({ name }) => name)).toEqual(SEEN[asked[index] ?? 'nobody']);
      }
      expect((await get('/api/stream', 'viewer')).body).toContain(`Jl. ${round}`);
    }
  });

  it('say MISS to the first, then HIT', async () => {
    await test.context.cameras.update('kota-private', { location: 'Jl. Baru' }, actor);
    await test.context.streams.refresh();
    expect((await get('/api/cameras/active', 'viewer')).headers['x-cache']).toBe('MISS');
    expect((await get('/api/cameras/active', 'viewer')).headers['x-cache']).toBe('HIT');
  });
});

describe('a camera that becomes private', () => {
  it('leaves the public lists, and its link stops', async () => {
    const key = keys['dander-public'] ?? '';
    await test.context.cameras.update('dander-public', { visibility: 'private' }, actor);
    await test.context.streams.refresh();
    expect((await get('/api/stream', 'nobody')).body).not.toContain('dander-public');
    expect((await get(`/api/stream/${key}`, 'nobody')).statusCode).toBe(404);
    expect((await get('/api/stream', 'viewer')).body).not.toContain('dander-public');
    expect((await get('/api/stream', 'elsewhere')).body).toContain('dander-public');
    expect(test.context.streams.findAccess(key)).toBeUndefined();
    const { streamKey } = await test.context.cameras.get('dander-public');
    expect(test.context.streams.findAccess(streamKey)).toMatchObject({ visibility: 'private', areaId: 2 });
  });
});
