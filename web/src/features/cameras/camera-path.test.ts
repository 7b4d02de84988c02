import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cameraPath, parseCameraSlug } from './camera-path.ts';

describe('cameraPath', () => {
  it.each([
    [{ id: 12, name: 'Simpang Lima' }, '/kamera/12-simpang-lima'],
    [{ id: 1, name: '  Jl. Gajah Mada / Pasar (timur) ' }, '/kamera/1-jl-gajah-mada-pasar-timur'],
    [{ id: 3, name: 'Café Überfahrt' }, '/kamera/3-cafe-uberfahrt'],
    [{ id: 4, name: '路口' }, '/kamera/4'],
  ])('%o', (camera, path) => {
    expect(cameraPath(camera)).toBe(path);
  });

  it('finds its camera again, whatever the name', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999 }), fc.string(), (id, name) => {
        expect(parseCameraSlug(cameraPath({ id, name }).replace('/kamera/', ''))).toBe(id);
      }),
    );
  });

  it.each(['', 'simpang', '0', '-4', '12abc', '99999999999999999999'])('finds none in "%s"', (slug) => {
    expect(parseCameraSlug(slug)).toBeUndefined();
  });
});
