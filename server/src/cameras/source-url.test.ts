import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MediaError } from '@pantau/media';
import { parseSourceUrl } from './source-url.ts';

const good: readonly [
  text: string,
  url: string,
  username: string | undefined,
  password: string | undefined,
][] = [
  ['rtsp://10.0.0.5/live', 'rtsp://10.0.0.5/live', undefined, undefined],
  ['  RTSP://10.0.0.5:554  ', 'rtsp://10.0.0.5:554', undefined, undefined],
  ['rtsp://camera-1', 'rtsp://camera-1', undefined, undefined],
  ['rtsp://cam_2.local/x?y=1&z=2', 'rtsp://cam_2.local/x?y=1&z=2', undefined, undefined],
  ['rtsp://[fe80::1]:8554/a', 'rtsp://[fe80::1]:8554/a', undefined, undefined],
  ['rtsp://admin@10.0.0.5/live', 'rtsp://10.0.0.5/live', 'admin', undefined],
  ['rtsp://admin:@10.0.0.5/live', 'rtsp://10.0.0.5/live', 'admin', ''],
  ['rtsp://admin:pw@10.0.0.5:554/live#frag', 'rtsp://10.0.0.5:554/live', 'admin', 'pw'],
  ['rtsp://admin:p%40ss%2F@10.0.0.5/live', 'rtsp://10.0.0.5/live', 'admin', 'p@ss/'],
  ['rtsp://admin:100%@10.0.0.5/live', 'rtsp://10.0.0.5/live', 'admin', '100%'],
  // Pasted without percent-encoding.
  ['rtsp://admin:p@ss@10.0.0.5/live', 'rtsp://10.0.0.5/live', 'admin', 'p@ss'],
  ['rtsp://admin:p/ss@10.0.0.5/live', 'rtsp://10.0.0.5/live', 'admin', 'p/ss'],
  ['rtsp://admin:12/34@10.0.0.5/live', 'rtsp://10.0.0.5/live', 'admin', '12/34'],
  [
    'rtsp://admin:s3c@r/et#1@10.0.0.5:554/Streaming/101',
    'rtsp://10.0.0.5:554/Streaming/101',
    'admin',
    's3c@r/et#1',
  ],
  ['rtsp://admin:a:b?c@cam.local/x', 'rtsp://cam.local/x', 'admin', 'a:b?c'],
  // An `@` in the path stays there.
  ['rtsp://10.0.0.5/live@main', 'rtsp://10.0.0.5/live@main', undefined, undefined],
  ['rtsp://localhost:8554/a@b.c', 'rtsp://localhost:8554/a@b.c', undefined, undefined],
];

const bad: readonly string[] = [
  '',
  'rtsp://',
  'rtsp:///path',
  '10.0.0.5/live',
  'http://10.0.0.5/live',
  'rtsps://10.0.0.5/live',
  'file:///etc/passwd',
  'rtsp://10.0.0.5:0/x',
  'rtsp://10.0.0.5:65536/x',
  'rtsp://10.0.0.5:abc/x',
  'rtsp://-bad-/x',
  'rtsp://a..b/x',
  'rtsp://[::zz]/x',
  'rtsp://user:secret@/x',
  'rtsp://10.0.0.5/a b',
  'rtsp://10.0.0.5/a\r\nX: y',
  `rtsp://10.0.0.5/${'a'.repeat(2000)}`,
];

describe('parseSourceUrl', () => {
  it.each(good)('%s', (text, url, username, password) => {
    const parsed = parseSourceUrl(text);
    expect(parsed.url).toBe(url);
    expect(parsed.username).toBe(username);
    expect(parsed.password?.reveal()).toBe(password);
  });

  it.each(bad.map((text) => [text.slice(0, 60), text]))('refuses %j', (_shown, text) => {
    expect(() => parseSourceUrl(text)).toThrowError(expect.objectContaining({ code: 'SOURCE_URL_INVALID' }));
  });

  it('never repeats the password in its complaint', () => {
    expect(() => parseSourceUrl('rtsp://admin:hunter2@:99999/x')).toThrowError(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
    );
  });

  it('throws nothing but MediaError, and leaves no login in the URL', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.string().map((rest) => `rtsp://${rest}`),
      fc.webUrl(),
    );
    fc.assert(
      fc.property(anything, (text) => {
        try {
          const { url } = parseSourceUrl(text);
          expect(url).toMatch(/^rtsp:\/\/(?:\[[0-9a-f:.]+\]|[\w.-]+)(?::\d+)?(?:[/?]|$)/i);
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
      }),
    );
  });

  it('gives back any login that was percent-encoded', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (username, password) => {
        const encode = (part: string) => encodeURIComponent(part);
        fc.pre(username.isWellFormed() && password.isWellFormed());
        const parsed = parseSourceUrl(`rtsp://${encode(username)}:${encode(password)}@10.0.0.5/x`);
        expect([parsed.url, parsed.username, parsed.password?.reveal()]).toEqual([
          'rtsp://10.0.0.5/x',
          username,
          password,
        ]);
      }),
    );
  });
});
