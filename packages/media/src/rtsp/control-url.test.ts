import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applySessionControl, resolveBaseUrl, resolveControlUrl } from './control-url.ts';
import { parseRtspUrl } from './rtsp-url.ts';

describe('base URL on the dialled host', () => {
  test.each([
    ['no header at all', 'rtsp://cam/live', undefined, undefined, 'rtsp://cam/live'],
    ['as it should be', 'rtsp://cam/live', 'rtsp://cam/live/', undefined, 'rtsp://cam/live/'],
    ['Content-Location instead', 'rtsp://cam/live', undefined, 'rtsp://cam/other/', 'rtsp://cam/other/'],
    ['empty Content-Base', 'rtsp://cam/live', ' ', 'rtsp://cam/other/', 'rtsp://cam/other/'],
    [
      'inner address of a camera behind NAT',
      'rtsp://nat.example:9554/live',
      'rtsp://192.168.1.10:554/live/',
      undefined,
      'rtsp://nat.example:9554/live/',
    ],
    [
      'loopback',
      'rtsp://10.0.0.5/camera',
      'rtsp://127.0.0.1:554/camera',
      undefined,
      'rtsp://10.0.0.5/camera',
    ],
    ['without scheme', 'rtsp://cam/x', '192.168.1.10:554/stream0/', undefined, 'rtsp://cam/stream0/'],
    ['without scheme and path', 'rtsp://cam/x', '192.168.253.220:1935/', undefined, 'rtsp://cam/'],
    ['without scheme and port', 'rtsp://cam/x', '192.168.1.10/stream0/', undefined, 'rtsp://cam/stream0/'],
    [
      'scheme twice',
      'rtsp://turret2-cam.lan/stream1',
      'rtsp://rtsp://turret2-cam.lan:554/stream1/',
      undefined,
      'rtsp://turret2-cam.lan/stream1/',
    ],
    [
      'bare IPv6',
      'rtsp://192.168.1.123/x',
      'rtsp://::ffff:192.168.1.123/onvif/profile.1/',
      undefined,
      'rtsp://192.168.1.123/onvif/profile.1/',
    ],
    [
      'only a path',
      'rtsp://cam:8554/x?y=1',
      '/relative-content-base',
      undefined,
      'rtsp://cam:8554/relative-content-base',
    ],
    ['userinfo echoed', 'rtsp://cam/x', 'rtsp://joe:se@cret@cam/x/', undefined, 'rtsp://cam/x/'],
    ['neither host nor path', 'rtsp://cam/x', 'stream0', undefined, 'rtsp://cam/x'],
  ])('%s', (_name, requested, contentBase, contentLocation, expected) => {
    expect(resolveBaseUrl(parseRtspUrl(requested), contentBase, contentLocation).href).toBe(expected);
  });
});

describe('control of a track', () => {
  test.each([
    ['none', 'rtsp://cam/live/', undefined, 'rtsp://cam/live/'],
    ['empty', 'rtsp://cam/live/', ' ', 'rtsp://cam/live/'],
    ['star', 'rtsp://cam/live/', '*', 'rtsp://cam/live/'],
    ['relative, base with slash', 'rtsp://cam/live/', 'trackID=1', 'rtsp://cam/live/trackID=1'],
    ['relative, base without slash', 'rtsp://cam/live', 'trackID=1', 'rtsp://cam/live/trackID=1'],
    ['relative, base without path', 'rtsp://cam', 'trackID=1', 'rtsp://cam/trackID=1'],
    [
      'after a query with a slash (Dahua)',
      'rtsp://cam/cam/realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif/',
      'trackID=0',
      'rtsp://cam/cam/realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif/trackID=0',
    ],
    [
      'after a query without a slash (GW Security)',
      'rtsp://cam/H264?channel=1&subtype=0',
      'video',
      'rtsp://cam/H264?channel=1&subtype=0/video',
    ],
    [
      'absolute with query (Hikvision)',
      'rtsp://cam/Streaming/Channels/101/',
      'rtsp://192.168.1.64/Streaming/Channels/101/trackID=1?transportmode=unicast&profile=Profile_1',
      'rtsp://cam/Streaming/Channels/101/trackID=1?transportmode=unicast&profile=Profile_1',
    ],
    [
      'absolute with another host and port',
      'rtsp://cam:9554/media/video1/',
      'rtsp://1.0.1.113:554/media/video1/video',
      'rtsp://cam:9554/media/video1/video',
    ],
    [
      'credentials in the path (Xiongmai)',
      'rtsp://cam/user=tmp&password=x&channel=1&stream=0.sdp?',
      'trackID=1',
      'rtsp://cam/user=tmp&password=x&channel=1&stream=0.sdp?/trackID=1',
    ],
    ['only a query', 'rtsp://cam/test', '?ctype=video', 'rtsp://cam/test?ctype=video'],
    ['leading slash', 'rtsp://cam/live/', '/trackID=1', 'rtsp://cam/live/trackID=1'],
    [
      'the whole path again',
      'rtsp://cam/live/main/',
      '/live/main/trackID=1',
      'rtsp://cam/live/main/trackID=1',
    ],
  ])('%s', (_name, base, control, expected) => {
    expect(resolveControlUrl(parseRtspUrl(base), control).href).toBe(expected);
  });
});

test.each([
  [undefined, 'rtsp://cam/live/'],
  ['*', 'rtsp://cam/live/'],
  ['trackID=9', 'rtsp://cam/live/'],
  ['rtsp://192.168.1.64:554/other/', 'rtsp://cam/other/'],
  ['rtsp://192.168.1.64:554', 'rtsp://cam/live/'],
])('session control %s', (control, expected) => {
  expect(applySessionControl(parseRtspUrl('rtsp://cam/live/'), control).href).toBe(expected);
});

test('whatever a camera names, host and port stay the dialled ones and the URL stays one line', () => {
  // not `fc.webUrl`: making it takes seconds
  const webLike = fc
    .tuple(fc.constantFrom('cam.example', '10.0.0.9', '[::1]', 'joe:x@cam'), fc.nat(70_000), fc.string())
    .map(([host, port, rest]) => `rtsp://${host}:${port}/${rest}`);
  const named = fc.oneof(
    fc.string(),
    webLike,
    fc.string().map((rest) => `rtsp://${rest}`),
  );
  fc.assert(
    fc.property(named, named, (contentBase, control) => {
      const requested = parseRtspUrl('rtsp://10.0.0.5:8554/live');
      const url = resolveControlUrl(
        applySessionControl(resolveBaseUrl(requested, contentBase, undefined), control),
        control,
      );
      expect([url.host, url.port]).toEqual(['10.0.0.5', 8554]);
      expect(url.href).toMatch(/^rtsp:\/\/10\.0\.0\.5:8554([/?][!-~]*)?$/);
    }),
    { numRuns: 1000 },
  );
});
