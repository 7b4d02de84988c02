import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { KEY_SCOPES, ROLES } from '@pantau/contract/access';
import { ANONYMOUS, mayWatch, type Principal } from '../access/principal.ts';
import { AudienceLists } from './audience-lists.ts';
import { audienceKey, audienceOf, isListed, type Audience } from './audience.ts';

const ALL: Audience = { kind: 'all' };
const areas = (...ids: number[]): Audience => ({ kind: 'areas', areaIds: new Set(ids) });

function open(maxLists?: number) {
  const state = { text: 'a', builds: 0 };
  const lists = new AudienceLists((name, audience) => {
    state.builds++;
    return JSON.stringify([name, audienceKey(audience), state.text]);
  }, maxLists);
  const read = async (...args: Parameters<AudienceLists['get']>) =>
    (await lists.get(...args)).current?.bytes.identity.toString();
  return { lists, state, read };
}

describe('AudienceLists', () => {
  it('builds once for a crowd, and again only after a change', async () => {
    const { lists, state, read } = open();
    await Promise.all(Array.from({ length: 100 }, () => read('streams', ALL)));
    expect(state.builds).toBe(1);
    await read('streams', ALL);
    expect(state.builds).toBe(1);
    lists.invalidate();
    state.text = 'b';
    const crowd = await Promise.all(Array.from({ length: 100 }, () => read('streams', ALL)));
    expect(new Set(crowd)).toEqual(new Set(['["streams","all","b"]']));
    expect(state.builds).toBe(2);
  });

  it('never gives who asks after a change what was built before it', async () => {
    const { lists, state, read } = open();
    const early = read('streams', ALL);
    lists.invalidate();
    state.text = 'b';
    expect(await read('streams', ALL)).toContain('"b"');
    await early;
    expect(state.builds).toBe(2);
  });

  it('keeps names and audiences apart', async () => {
    const { read } = open();
    const asked: [Parameters<typeof read>[0], Audience][] = [
      ['streams', ALL],
      ['cameras', ALL],
      ['streams', areas(1)],
      ['streams', areas(1, 2)],
      ['streams', areas(12)],
      ['streams', areas(2, 1)],
    ];
    const texts = await Promise.all(asked.map(([name, audience]) => read(name, audience)));
    expect(texts.slice(0, 5)).toEqual(
      asked.slice(0, 5).map(([name, audience]) => JSON.stringify([name, audienceKey(audience), 'a'])),
    );
    expect(new Set(texts).size).toBe(5);
    expect(texts[5]).toBe(texts[3]);
  });

  it('keeps so many, and forgets the one that was not asked for longest', async () => {
    const { lists, state, read } = open(2);
    await read('streams', areas(1));
    await read('streams', areas(2));
    await read('streams', areas(1));
    await read('streams', areas(3));
    expect([lists.size, state.builds]).toEqual([2, 3]);
    await read('streams', areas(1));
    expect(state.builds).toBe(3);
    await read('streams', areas(2));
    expect(state.builds).toBe(4);
  });

  it('tries again after a build that failed', async () => {
    let fails = true;
    const lists = new AudienceLists(() => {
      if (fails) throw new Error('broken');
      return '[]';
    });
    await expect(lists.get('streams', ALL)).rejects.toThrow('broken');
    fails = false;
    expect((await lists.get('streams', ALL)).current?.bytes.identity.toString()).toBe('[]');
  });
});

const principals: fc.Arbitrary<Principal> = fc.oneof(
  fc.constant(ANONYMOUS),
  fc.record({
    kind: fc.constant('account' as const),
    userId: fc.integer({ min: 1 }),
    username: fc.constant('somebody'),
    role: fc.constantFrom(...ROLES),
    areaIds: fc.uniqueArray(fc.integer({ min: 1, max: 4 })).map((ids): ReadonlySet<number> => new Set(ids)),
    sessionId: fc.constant('s'),
    confirmedAtMs: fc.constant(0),
    restriction: fc.constantFrom(undefined, 'password-change' as const, 'second-factor' as const),
  }),
  fc.record({
    kind: fc.constant('api-key' as const),
    keyId: fc.integer({ min: 1 }),
    name: fc.constant('key'),
    scopes: fc.subarray([...KEY_SCOPES]).map((scopes) => new Set(scopes)),
  }),
);
const cameras = fc.record({
  visibility: fc.constantFrom('public' as const, 'unlisted' as const, 'private' as const),
  areaId: fc.option(fc.integer({ min: 1, max: 4 })),
});

describe('audiences', () => {
  it('list nothing that may not be watched, and every private camera that may', () => {
    fc.assert(
      fc.property(principals, cameras, (principal, camera) => {
        const listed = isListed(audienceOf(principal), camera);
        if (listed) expect(mayWatch(principal, camera)).toBe(true);
        if (camera.visibility === 'private') expect(listed).toBe(mayWatch(principal, camera));
        if (camera.visibility === 'public') expect(listed).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('with one key list the same', () => {
    fc.assert(
      fc.property(principals, principals, cameras, (a, b, camera) => {
        const [one, other] = [audienceOf(a), audienceOf(b)];
        fc.pre(audienceKey(one) === audienceKey(other));
        expect(isListed(one, camera)).toBe(isListed(other, camera));
      }),
      { numRuns: 2000 },
    );
  });
});
