import { describe, expect, it } from 'vitest';
import { isPosterOld, posterAgeS } from './poster-age.ts';

const TAKEN = '2026-01-01T00:00:00.000Z';
const at = (seconds: number) => Date.parse(TAKEN) + seconds * 1000;

describe('the age of a still picture', () => {
  it.each([
    [0.9, 0],
    [61, 61],
    [-3600, 0],
  ])('after %d s: %d', (seconds, expected) => {
    expect(posterAgeS(TAKEN, at(seconds))).toBe(expected);
  });

  it('makes it grey after five minutes, and at once when the camera sends nothing', () => {
    expect(isPosterOld(299, 'live')).toBe(false);
    expect(isPosterOld(299, 'idle')).toBe(false);
    expect(isPosterOld(300, 'live')).toBe(true);
    expect(isPosterOld(1, 'offline')).toBe(true);
  });
});
