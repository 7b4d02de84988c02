import { describe, expect, it } from 'vitest';
import { Secret } from '@pantau/base/secret';
import { changeSource, keepsPassword, type SourceChange } from './source-change.ts';
import { maskSourceUrl } from './source-url.ts';

const CURRENT = { url: 'rtsp://10.0.0.5:8554/live', username: 'admin', password: new Secret('old') };

describe('a change of the source', () => {
  it.each<[name: string, change: SourceChange, url: string, username?: string, password?: string]>([
    ['nothing', {}, 'rtsp://10.0.0.5:8554/live', 'admin', 'old'],
    ['another path', { url: 'rtsp://10.0.0.5:8554/sub' }, 'rtsp://10.0.0.5:8554/sub', 'admin', 'old'],
    ['another host', { url: 'rtsp://10.0.0.6:8554/live' }, 'rtsp://10.0.0.6:8554/live'],
    ['another port', { url: 'rtsp://10.0.0.5/live' }, 'rtsp://10.0.0.5/live'],
    ['a host that only looks the same', { url: 'rtsp://10.0.0.5:8554.evil.example/x' }, ''],
    [
      'another host, with a login pasted',
      { url: 'rtsp://u:p@10.0.0.6/live' },
      'rtsp://10.0.0.6/live',
      'u',
      'p',
    ],
    [
      'a login beside a pasted one',
      { url: 'rtsp://u:p@10.0.0.6/live', username: 'v', password: new Secret('q') },
      'rtsp://10.0.0.6/live',
      'v',
      'q',
    ],
    ['a password', { password: new Secret('new') }, 'rtsp://10.0.0.5:8554/live', 'admin', 'new'],
    ['no password any more', { password: null }, 'rtsp://10.0.0.5:8554/live', 'admin'],
    ['no login any more', { username: null, password: null }, 'rtsp://10.0.0.5:8554/live'],
    [
      'no login, although one is pasted',
      { url: 'rtsp://u:p@10.0.0.5:8554/live', username: null, password: null },
      'rtsp://10.0.0.5:8554/live',
    ],
  ])('%s', (_name, change, url, username, password) => {
    if (url === '') {
      expect(() => changeSource(CURRENT, change)).toThrowError(
        expect.objectContaining({ code: 'SOURCE_URL_INVALID' }),
      );
      return;
    }
    const changed = changeSource(CURRENT, change);
    expect([changed.url, changed.username, changed.password?.reveal()]).toEqual([url, username, password]);
    expect(keepsPassword(CURRENT, change)).toBe(changed.password === CURRENT.password);
  });
});

describe('an address with a password in its path', () => {
  const stored = { url: 'rtsp://10.0.0.5/x?pwd=S4ndi&channel=1', username: undefined, password: undefined };

  it('stays when it comes back as it was shown', () => {
    const shown = maskSourceUrl(stored.url);
    expect(shown).not.toContain('S4ndi');
    expect(changeSource(stored, { url: shown }).url).toBe(stored.url);
  });

  it('is not stored masked', () => {
    for (const url of ['rtsp://10.0.0.5/x?pwd=***&channel=2', 'rtsp://10.0.0.6/x?pwd=***&channel=1']) {
      expect(() => changeSource(stored, { url })).toThrowError(
        expect.objectContaining({ code: 'SOURCE_URL_INVALID', message: expect.stringContaining('masked') }),
      );
    }
  });
});

it.each([
  ['rtsp://10.0.0.5/live', 'rtsp://10.0.0.5:554/sub'],
  ['rtsp://10.0.0.5:554/live', 'rtsp://10.0.0.5/sub'],
])('the default port is the same host, said or not: %s, %s', (url, other) => {
  expect(changeSource({ ...CURRENT, url }, { url: other }).password?.reveal()).toBe('old');
});

describe('the address for the operator', () => {
  it.each([
    ['rtsp://10.0.0.5/live', 'rtsp://10.0.0.5/live'],
    [
      'rtsp://10.0.0.5/user=admin_password=S4ndi_channel=1',
      'rtsp://10.0.0.5/user=admin_password=***_channel=1',
    ],
    ['rtsp://10.0.0.5/x?pwd=S4ndi&channel=1', 'rtsp://10.0.0.5/x?pwd=***&channel=1'],
    ['rtsp://10.0.0.5/x?Passwd=S4ndi', 'rtsp://10.0.0.5/x?Passwd=***'],
  ])('%s', (url, shown) => {
    expect(maskSourceUrl(url)).toBe(shown);
  });
});
