import { describe, expect, it } from 'vitest';
import { classifyHlsFailure } from './hls-failure.ts';
import { nativeFailure } from './native-session.ts';

const network = (code?: number) => ({
  type: 'networkError',
  details: 'manifestLoadError',
  ...(code === undefined ? {} : { response: { code } }),
});

describe('classifyHlsFailure', () => {
  it.each([
    ['the camera gave no picture in time', network(503), 'camera'],
    ['a proxy without its server', network(502), 'server'],
    ['too many requests', network(429), 'server'],
    ['an unknown stream', network(404), 'not-found'],
    ['a playlist whose link ran out', { ...network(403), details: 'levelLoadError' }, 'timeline'],
    ['a segment whose link ran out', { ...network(403), details: 'fragLoadError' }, 'timeline'],
    ['an entry that is refused', network(403), 'network'],
    ['nothing answered', network(0), 'network'],
    ['nothing at all is known', network(), 'network'],
    [
      'an unplayable codec in the playlist',
      { type: 'mediaError', details: 'manifestIncompatibleCodecsError' },
      'codec',
    ],
    [
      'an unplayable codec in the segment',
      { type: 'mediaError', details: 'bufferAddCodecError', mimeType: 'video/mp4; codecs="hvc1"' },
      'codec',
    ],
    ['broken bytes', { type: 'mediaError', details: 'bufferAppendError' }, 'decode'],
    ['a fault inside the player', { type: 'otherError', details: 'internalException' }, 'decode'],
  ])('%s', (_name, data, kind) => {
    expect(classifyHlsFailure(data).kind).toBe(kind);
  });
});

describe('nativeFailure', () => {
  it.each([
    [2, 'network'],
    [3, 'decode'],
    [4, 'camera'],
    [undefined, 'camera'],
  ])('MediaError %s is %s', (code, kind) => {
    expect(nativeFailure(code).kind).toBe(kind);
  });
});

it('a playlist that cannot be, because the camera sends pictures', () => {
  const data = { type: 'networkError', details: 'manifestLoadError', response: { code: 406 } };
  expect(classifyHlsFailure(data)).toEqual({ kind: 'other-delivery', detail: 'pictures' });
});
