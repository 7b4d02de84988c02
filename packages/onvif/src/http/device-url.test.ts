import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OnvifError } from '../onvif-error.ts';
import {
  formatDeviceUrl,
  parseDeviceUrl,
  parseNamedUrl,
  parseTypedAddress,
  rehostMedia,
  rehostService,
} from './device-url.ts';

const dialled = (innerPort: number | undefined, url = 'http://203.0.113.9:18080', rtspPort?: number) => ({
  url: parseDeviceUrl(url),
  innerPort,
  rtspPort,
});
const media = (text: string, device = dialled(80)) => {
  const named = parseNamedUrl(text, 'rtsp');
  return named === undefined ? undefined : rehostMedia(named, device);
};
const service = (text: string, device = dialled(80)) => {
  const named = parseNamedUrl(text, 'http');
  const url = named === undefined ? undefined : rehostService(named, device);
  return url === undefined ? undefined : formatDeviceUrl(url);
};

describe('parseTypedAddress', () => {
  it.each([
    ['192.168.1.64', { scheme: 'http', host: '192.168.1.64', port: undefined, path: undefined }],
    [' cam.example:2020 ', { scheme: 'http', host: 'cam.example', port: 2020, path: undefined }],
    ['HTTPS://cam/onvif/x?y=1', { scheme: 'https', host: 'cam', port: undefined, path: '/onvif/x?y=1' }],
    ['[fd00::2]:8000', { scheme: 'http', host: 'fd00::2', port: 8000, path: undefined }],
    ['fd00::2', { scheme: 'http', host: 'fd00::2', port: undefined, path: undefined }],
  ])('reads %s', (text, expected) => {
    expect(parseTypedAddress(text)).toEqual(expected);
  });

  it.each([
    '',
    'rtsp://cam/',
    'http://',
    'http://user:geheim@cam/',
    'cam:0',
    'cam:99999',
    'a b',
    '[::zz]',
    'http://cam/a b',
    `${'x'.repeat(2000)}.example`,
  ])('refuses %j without repeating it', (text) => {
    const read = () => parseTypedAddress(text);
    expect(read).toThrowError(OnvifError);
    expect(read).not.toThrowError(/geheim/);
  });

  it('gives an address or an OnvifError for any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        try {
          expect(parseTypedAddress(text).host).not.toBe('');
        } catch (error) {
          expect(error).toBeInstanceOf(OnvifError);
        }
      }),
    );
  });
});

describe('what a device names', () => {
  it.each([
    ['http://203.0.113.9/onvif/media', 'https://203.0.113.9/onvif/media'],
    ['http://10.0.0.5:8080/onvif/media?x=1', 'https://203.0.113.9/onvif/media?x=1'],
    ['https://10.0.0.5:8443/onvif/media', 'https://203.0.113.9:8443/onvif/media'],
  ])('dialled by https, %s gets no login in clear', (text, expected) => {
    expect(service(text, dialled(443, 'https://203.0.113.9/'))).toBe(expected);
  });

  it.each([
    [
      'an inner address',
      'rtsp://192.168.1.64:554/Streaming/Channels/101?a=b',
      'rtsp://203.0.113.9/Streaming/Channels/101?a=b',
    ],
    ['white space', '\n  rtsp://10.0.0.1/a\n', 'rtsp://203.0.113.9/a'],
    ['an odd port and path', 'rtsp://192.168.5.53:8090/profile1=r', 'rtsp://203.0.113.9:8090/profile1=r'],
    ['credentials', 'rtsp://admin:p@ss@10.0.0.1:554/x', 'rtsp://203.0.113.9/x'],
    [
      'a bare mapped address',
      'rtsp://::ffff:192.168.1.123/onvif/profile.1',
      'rtsp://203.0.113.9/onvif/profile.1',
    ],
    ['only a path', '/live/1', 'rtsp://203.0.113.9/live/1'],
    ['nonsense for a host', 'rtsp://?:x/y', 'rtsp://203.0.113.9?:x/y'],
    ['a path that is not ASCII', 'rtsp://c/känal 1', undefined],
    ['letters beyond ASCII', 'rtsp://c/känal', 'rtsp://203.0.113.9/k%C3%A4nal'],
    ['another scheme', 'file:///etc/passwd', undefined],
    ['nothing', '  ', undefined],
    ['a snapshot', 'http://192.168.1.64/snap.jpg', 'http://203.0.113.9:18080/snap.jpg'],
    ['a snapshot on another port', 'http://192.168.1.64:88/snap.jpg', 'http://203.0.113.9:88/snap.jpg'],
  ])('keeps the dialled host for %s', (_what, text, expected) => {
    expect(media(text)).toBe(expected);
  });

  it('uses the RTSP port that the operator mapped', () => {
    expect(media('rtsp://10.0.0.1:554/x', dialled(80, 'http://203.0.113.9', 10_554))).toBe(
      'rtsp://203.0.113.9:10554/x',
    );
  });

  it.each([
    [
      'its own inner port is the dialled one',
      'http://192.168.1.64:80/onvif/media',
      dialled(80),
      'http://203.0.113.9:18080/onvif/media',
    ],
    ['another port is another', 'http://192.168.1.64:8081/m', dialled(80), 'http://203.0.113.9:8081/m'],
    ['no known inner port', 'http://192.168.1.64:8081/m', dialled(undefined), 'http://203.0.113.9:8081/m'],
    [
      'its loopback',
      'http://127.0.0.1/onvif/m',
      dialled(80, 'http://203.0.113.9'),
      'http://203.0.113.9/onvif/m',
    ],
    [
      'https beside http',
      'https://192.168.1.64/onvif/m',
      dialled(80, 'http://203.0.113.9'),
      'https://203.0.113.9/onvif/m',
    ],
    [
      'cloud metadata',
      'http://169.254.169.254/latest',
      dialled(80, 'http://203.0.113.9'),
      'http://203.0.113.9/latest',
    ],
  ])('%s', (_what, text, device, expected) => {
    expect(service(text, device)).toBe(expected);
  });

  it('never leads to another host, whatever a device writes', () => {
    const host = fc.oneof(fc.ipV4(), fc.constantFrom('camera.local', '[fe80::1]', 'a:b@c', '', '::1', 'x y'));
    const port = fc.constantFrom('', ':80', ':8080', ':99999', ':', ':x');
    const url = fc
      .tuple(fc.constantFrom('http', 'https', 'rtsp', 'RTSPS'), host, port, fc.string({ maxLength: 20 }))
      .map(([scheme, name, at, path]) => `${scheme}://${name}${at}/${path}`);
    const text = fc.oneof(url, fc.string({ maxLength: 60 }));
    fc.assert(
      fc.property(text, (written) => {
        const found = media(written);
        if (found === undefined) return;
        expect(found).toMatch(/^(?:https?|rtsps?):\/\/203\.0\.113\.9(?:[:/?]|$)/);
        expect(found).toMatch(/^[!-~]+$/);
      }),
    );
  });
});
