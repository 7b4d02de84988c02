import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cameraPath, parseCameraSlug, parseStreamKey } from './camera-path.ts';

const stream_key = 'abcdefghijklmnopqrstuvwx27';
const listed = { visibility: 'public', stream_key } as const;

describe('cameraPath', () => {
  it.each([
    [{ id: 12, name: 'Simpang Lima' }, '/kamera/12-simpang-lima'],
    [{ id: 1, name: '  Jl. Gajah Mada / Pasar (timur) ' }, '/kamera/1-jl-gajah-mada-pasar-timur'],
    [{ id: 3, name: 'Café Überfahrt' }, '/kamera/3-cafe-uberfahrt'],
    [{ id: 4, name: '路口' }, '/kamera/4'],
  ])('%o', (camera, path) => {
    expect(cameraPath({ ...listed, ...camera })).toBe(path);
  });

  it('finds its camera again, whatever the name', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999 }), fc.string(), (id, name) => {
        expect(parseCameraSlug(cameraPath({ ...listed, id, name }).replace('/kamera/', ''))).toBe(id);
      }),
    );
  });

  it.each(['', 'simpang', '0', '-4', '12abc', '99999999999999999999'])('finds none in "%s"', (slug) => {
    expect(parseCameraSlug(slug)).toBeUndefined();
  });

  it('of an unlisted camera is its link', () => {
    const path = cameraPath({ id: 5, name: 'Gudang', visibility: 'unlisted', stream_key });
    expect(path).toBe(`/kamera/${stream_key}`);
    expect(parseStreamKey(path.replace('/kamera/', ''))).toBe(stream_key);
    expect(parseCameraSlug(stream_key)).toBeUndefined();
  });

  it.each([
    '',
    '12-simpang-lima',
    stream_key.slice(1),
    `${stream_key}a`,
    stream_key.toUpperCase(),
    `${stream_key.slice(1)}1`,
  ])('finds no stream key in "%s"', (slug) => {
    expect(parseStreamKey(slug)).toBeUndefined();
  });
});
