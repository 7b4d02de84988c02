import { afterEach, describe, expect, it, vi } from 'vitest';
import { conditionalFetcher, ReplyError } from './conditional-fetch.ts';
import { pollDelayMs } from './stream-query.ts';

function openServer(...replies: readonly Response[]) {
  const waiting = [...replies];
  const asked: (string | null)[] = [];
  const send: typeof fetch = (_url, init) => {
    asked.push(new Headers(init?.headers).get('if-none-match'));
    const reply = waiting.shift();
    return reply === undefined ? Promise.reject(new TypeError('failed to fetch')) : Promise.resolve(reply);
  };
  return { asked, fetchList: conditionalFetcher<readonly number[]>('/api/stream', send) };
}

const list = (data: unknown, etag?: string) =>
  Response.json({ success: true, data }, { headers: etag === undefined ? {} : { etag } });
const { signal } = new AbortController();

describe('conditionalFetcher', () => {
  it('asks with the last tag and returns the very same object for 304', async () => {
    const { asked, fetchList } = openServer(
      list([1], '"a"'),
      new Response(null, { status: 304 }),
      list([2], '"b"'),
    );
    const first = await fetchList(signal);
    expect(await fetchList(signal)).toBe(first);
    expect(await fetchList(signal)).toEqual([2]);
    expect(asked).toEqual([null, '"a"', '"a"']);
  });

  it('keeps the tag over a failure', async () => {
    const { asked, fetchList } = openServer(
      list([1], '"a"'),
      new Response('', { status: 502 }),
      new Response(null, { status: 304 }),
    );
    await fetchList(signal);
    await expect(fetchList(signal)).rejects.toBeInstanceOf(ReplyError);
    expect(await fetchList(signal)).toEqual([1]);
    expect(asked[2]).toBe('"a"');
  });

  it.each([
    ["a proxy's page", new Response('<html>', { status: 502 })],
    ['a failed envelope', Response.json({ success: false, code: 'STOPPING' }, { status: 200 })],
    ['a 304 that nobody asked for', new Response(null, { status: 304 })],
  ])('refuses %s', async (_name, reply) => {
    await expect(openServer(reply).fetchList(signal)).rejects.toBeInstanceOf(ReplyError);
  });

  it("passes the network's own error on", async () => {
    await expect(openServer().fetchList(signal)).rejects.toBeInstanceOf(TypeError);
  });
});

describe('a reply that does not come', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const openSilence = () =>
    conditionalFetcher<unknown>(
      '/api/stream',
      (_url, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
        }),
    );

  it('is given up after a while', async () => {
    vi.useFakeTimers();
    const refused = expect(openSilence()(signal)).rejects.toThrow('aborted');
    await vi.advanceTimersByTimeAsync(12_000);
    await refused;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is given up when nobody wants it any more', async () => {
    vi.useFakeTimers();
    const page = new AbortController();
    const refused = expect(openSilence()(page.signal)).rejects.toThrow('aborted');
    page.abort();
    await refused;
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('pollDelayMs', () => {
  it.each([
    [{ isHidden: false, isSavingData: false, isLost: false, isEmpty: false }, 15_000],
    [{ isHidden: false, isSavingData: true, isLost: false, isEmpty: false }, 45_000],
    [{ isHidden: false, isSavingData: true, isLost: true, isEmpty: false }, 5_000],
    [{ isHidden: true, isSavingData: false, isLost: true, isEmpty: false }, 120_000],
    [{ isHidden: false, isSavingData: true, isLost: false, isEmpty: true }, 3_000],
    [{ isHidden: true, isSavingData: false, isLost: false, isEmpty: true }, 120_000],
  ])('%o', (facts, delayMs) => {
    expect(pollDelayMs(facts)).toBe(delayMs);
  });
});
