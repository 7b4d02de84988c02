import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { EncodedList } from '../encoded-list.ts';
import { createListView } from './list-view.ts';
import { ResponseCache, type CacheRequest } from './response-cache.ts';

const TTL_MS = 60_000;
let clock: VirtualClock;
let cache: ResponseCache;
let builds: number;

beforeEach(() => {
  clock = new VirtualClock();
  cache = new ResponseCache(clock);
  builds = 0;
});

const request = (more: Partial<CacheRequest> = {}): CacheRequest => ({
  namespace: 'areas/filters',
  params: {},
  audience: 'public',
  ttlMs: TTL_MS,
  ...more,
});
const build = () => Promise.resolve(++builds);
const get = async (more: Partial<CacheRequest> = {}) => {
  const { json, hit } = await cache.get(request(more), build);
  return [JSON.parse(json.toString()).data, hit];
};

describe('ResponseCache', () => {
  it('builds once, in the envelope, until the time is over', async () => {
    expect(await get()).toEqual([1, false]);
    expect((await cache.get(request(), build)).json.toString()).toBe('{"success":true,"data":1}');
    await clock.advance(TTL_MS);
    expect(await get()).toEqual([1, true]);
    await clock.advance(1);
    expect(await get()).toEqual([2, false]);
  });

  it('lets all who ask at once wait for one build', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const replies = Array.from({ length: 1000 }, () =>
      cache.get(request(), () => {
        builds++;
        return promise;
      }),
    );
    resolve('x');
    const answers = await Promise.all(replies);
    expect(builds).toBe(1);
    expect(answers.filter(({ hit }) => !hit)).toHaveLength(1);
    expect(new Set(answers.map(({ json }) => json)).size).toBe(1);
    expect(cache.stats()).toMatchObject({ hits: 999, misses: 1, sets: 1 });
  });

  it('does not keep a build that fails, and fails for all who wait', async () => {
    const fail = () => Promise.reject(new Error('gone'));
    const replies = await Promise.allSettled([cache.get(request(), fail), cache.get(request(), build)]);
    expect(replies.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(cache.stats()).toMatchObject({ sets: 0, keys: [] });
    expect(await get()).toEqual([1, false]);
  });

  it('fails for a build that throws at once, too', async () => {
    const reply = cache.get(request(), () => {
      throw new Error('at once');
    });
    await expect(reply).rejects.toThrow('at once');
    expect(await get()).toEqual([1, false]);
  });

  it.each([
    [{ audience: 'role:viewer' }, { audience: 'role:administrator' }],
    [{ audience: 'account:1' }, { audience: 'account:11' }],
    [{ params: { q: 'a' } }, { params: { q: 'b' } }],
    [{ params: { q: 'a', r: '' } }, { params: { q: 'a' } }],
    [{ params: { q: 'a&r=b' } }, { params: { q: 'a', r: 'b' } }],
    [
      { params: { q: 'x#admin' }, audience: 'public' },
      { params: { q: 'x' }, audience: 'admin#public' },
    ],
    [{ namespace: 'a' }, { namespace: 'b' }],
  ])('tells %j from %j', async (one, other) => {
    expect(await get(one)).toEqual([1, false]);
    expect(await get(other)).toEqual([2, false]);
    expect(await get(one)).toEqual([1, true]);
  });

  it('takes parameters in any order for the same, whatever they hold', async () => {
    expect(await get({ params: { a: '1', b: '\ud800' } })).toEqual([1, false]);
    expect(await get({ params: { b: '\ud800', a: '1' } })).toEqual([1, true]);
  });

  it('is bounded in number', async () => {
    for (let number = 0; number < 600; number++) await get({ params: { n: String(number) } });
    const stats = cache.stats();
    expect([stats.size, stats.maxSize, stats.evictions, stats.keys.length]).toEqual([500, 500, 100, 500]);
    expect(await get({ params: { n: '0' } })).toEqual([601, false]);
  });

  it('is bounded in bytes, and answers what is too large to keep', async () => {
    const megabytes = (count: number) => () => Promise.resolve('a'.repeat(count * 1024 * 1024));
    for (let number = 0; number < 40; number++)
      await cache.get(request({ params: { n: String(number) } }), megabytes(1));
    expect(cache.stats().bytes).toBeLessThanOrEqual(32 * 1024 * 1024);
    expect(cache.stats().evictions).toBeGreaterThan(5);
    const { json } = await cache.get(request({ namespace: 'large' }), megabytes(33));
    expect(json.byteLength).toBeGreaterThan(33 * 1024 * 1024);
    expect(cache.stats().keys.some((key) => key.startsWith('large'))).toBe(false);
  });

  it('does not keep what has an absurdly long key', async () => {
    const params = { q: 'a'.repeat(1000) };
    expect(await get({ params })).toEqual([1, false]);
    expect(await get({ params })).toEqual([2, false]);
    expect(cache.stats().size).toBe(0);
  });

  it('refuses more builds than it can hold at once', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const replies = Array.from({ length: 501 }, (_, number) =>
      cache.get(request({ params: { n: String(number) } }), () => promise),
    );
    await expect(replies.at(-1)).rejects.toMatchObject({ code: 'OVERLOADED' });
    resolve('x');
    await Promise.all(replies.slice(0, 500));
    expect(cache.stats().size).toBe(500);
  });

  it('drops by prefix, and says how many', async () => {
    await get();
    await get({ audience: 'role:viewer' });
    await get({ namespace: 'cameras/filters' });
    expect(cache.invalidate('areas/')).toBe(2);
    expect(cache.invalidate('areas/')).toBe(0);
    expect(cache.stats()).toMatchObject({ invalidations: 2, keys: ['cameras/filters?#public'] });
    expect(await get()).toEqual([4, false]);
    expect(cache.clear()).toBe(2);
    expect(cache.stats()).toMatchObject({ size: 0, bytes: 0, keys: [] });
  });

  it('does not keep a build that was overtaken by an invalidation', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const old = cache.get(request(), () => promise);
    cache.invalidate('areas/');
    expect(await get()).toEqual([1, false]);
    resolve('old');
    expect((await old).json.toString()).toContain('old');
    expect(await get()).toEqual([1, true]);
  });

  it('shows and rebuilds the lists in memory', async () => {
    const list = new EncodedList();
    await list.update('{"success":true,"data":[]}');
    let rebuilds = 0;
    cache.registerView(
      'lists/stream',
      createListView(list, () => rebuilds++),
    );
    list.countReply(false);
    for (let count = 0; count < 3; count++) list.countReply(true);
    const { bytes, ...stats } = cache.stats();
    expect(stats).toEqual({
      hits: 3,
      misses: 1,
      sets: 1,
      invalidations: 0,
      evictions: 0,
      size: 1,
      maxSize: 501,
      keys: ['lists/stream'],
    });
    expect(bytes).toBeGreaterThan(26 * 2);
    const before = list.current;
    await list.update('{"success":true,"data":[]}');
    expect(list.current).toBe(before);
    expect(cache.invalidate('areas/')).toBe(0);
    expect(cache.invalidate('lists/')).toBe(1);
    expect([rebuilds, list.current]).toEqual([1, before]);
    await list.update('{"success":true,"data":[]}');
    expect(list.current).not.toBe(before);
    expect(cache.clear()).toBe(1);
    expect(rebuilds).toBe(2);
  });
});
