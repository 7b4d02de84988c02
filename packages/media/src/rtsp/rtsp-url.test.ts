import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MediaError } from '../media-error.ts';
import { parseRtspUrl } from './rtsp-url.ts';

test.each([
  ['rtsp://10.0.0.5', '10.0.0.5', 554, '', 'rtsp://10.0.0.5'],
  ['rtsp://10.0.0.5/', '10.0.0.5', 554, '/', 'rtsp://10.0.0.5/'],
  ['  RTSP://cam.example:8554/live  ', 'cam.example', 8554, '/live', 'rtsp://cam.example:8554/live'],
  ['rtsp://cam:554/live', 'cam', 554, '/live', 'rtsp://cam/live'],
  ['rtsp://cam:/live', 'cam', 554, '/live', 'rtsp://cam/live'],
  ['rtsp://[fe80::1%eth0]:8554/a', 'fe80::1%eth0', 8554, '/a', 'rtsp://[fe80::1%eth0]:8554/a'],
  ['rtsp://[::1]/a', '::1', 554, '/a', 'rtsp://[::1]/a'],
  ['rtsp://cam?channel=1', 'cam', 554, '?channel=1', 'rtsp://cam?channel=1'],
  // what a camera was configured with must go back to it unchanged
  [
    'rtsp://cam/a/../b//c%20d?x=%41&y={1}',
    'cam',
    554,
    '/a/../b//c%20d?x=%41&y={1}',
    'rtsp://cam/a/../b//c%20d?x=%41&y={1}',
  ],
  [
    'rtsp://cam/user=tmp&password=a#b&channel=1',
    'cam',
    554,
    '/user=tmp&password=a#b&channel=1',
    'rtsp://cam/user=tmp&password=a#b&channel=1',
  ],
  ['rtsp://cam/jalan raya/é', 'cam', 554, '/jalan%20raya/%C3%A9', 'rtsp://cam/jalan%20raya/%C3%A9'],
])('%s', (text, host, port, path, href) => {
  expect(parseRtspUrl(text)).toMatchObject({
    isTls: false,
    host,
    port,
    path,
    href,
    username: undefined,
    password: undefined,
  });
});

test.each([
  ['rtsps://cam/live', 322, false, 'rtsps://cam/live'],
  ['RTSPS://cam:322/live', 322, true, 'rtsps://cam/live'],
  ['rtsps://cam:7441/token', 7441, true, 'rtsps://cam:7441/token'],
  // the port of the other scheme is named: it is not this scheme's own
  ['rtsps://cam:554/live', 554, true, 'rtsps://cam:554/live'],
  ['rtsp://cam:322/live', 322, true, 'rtsp://cam:322/live'],
])('%s: port %i', (text, port, hasPort, href) => {
  expect(parseRtspUrl(text)).toMatchObject({ isTls: text.toLowerCase()[4] === 's', port, hasPort, href });
});

test.each([
  ['rtsp://joe@cam/a', 'joe', undefined],
  ['rtsp://joe:@cam/a', 'joe', ''],
  ['rtsp://joe:secret@cam/a', 'joe', 'secret'],
  ['rtsp://joe:p%40ss%2Fw%25@cam/a', 'joe', 'p@ss/w%'],
  ['rtsp://joe:p@ss:w?r#d@cam/a@b', 'joe', 'p@ss:w?r#d'],
  ['rtsp://joe:100%@cam/a', 'joe', '100%'],
  ['rtsp://@cam/a', undefined, undefined],
])('credentials of %s are kept apart', (text, username, password) => {
  const url = parseRtspUrl(text);
  expect([url.username, url.password?.reveal()]).toEqual([username, password]);
  expect(url.href.startsWith('rtsp://cam/a')).toBe(true);
  expect(JSON.stringify(url)).not.toContain(password || 'secret');
});

test.each([
  '',
  'cam',
  'http://cam/',
  'rtspu://cam/',
  'file:///etc/passwd',
  'rtsp://',
  'rtsp:///path',
  'rtsp://cam:0/',
  'rtsp://cam:65536/',
  'rtsp://cam:port/',
  'rtsp://a b/',
  'rtsp://[::1/',
  'rtsp://cam/a\r\nX: y',
  'rtsp://cam/\0',
  `rtsp://cam/${'a'.repeat(3000)}`,
])('%j is refused without being repeated', (text) => {
  let error: unknown;
  try {
    parseRtspUrl(text);
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(MediaError);
  expect(error).toMatchObject({ code: 'SOURCE_URL_INVALID' });
  if (text.length > 4) expect(String(error)).not.toContain(text);
});

test('any text: a URL of one line without userinfo, or MediaError', () => {
  // not `fc.webUrl`: making it takes seconds
  const webLike = fc
    .tuple(fc.constantFrom('cam.example', '10.0.0.9', '[::1]', 'joe:x@cam'), fc.nat(70_000), fc.string())
    .map(([host, port, rest]) => `rtsp://${host}:${port}/${rest}`);
  const text = fc.oneof(
    fc.string(),
    fc.string().map((rest) => `rtsp://${rest}`),
    fc.string().map((rest) => `rtsps://${rest}`),
    webLike,
  );
  fc.assert(
    fc.property(text, (given) => {
      try {
        const { href } = parseRtspUrl(given);
        expect(href).toMatch(/^rtsps?:\/\/[!-~]+$/);
        expect(parseRtspUrl(href).href).toBe(href);
      } catch (error) {
        expect(error).toBeInstanceOf(MediaError);
      }
    }),
    { numRuns: 150 },
  );
});
