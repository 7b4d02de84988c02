import { describe, expect, it } from 'vitest';
import { randomPassword } from './random-password.ts';

describe('a random password', () => {
  it('is four groups of five letters and digits that do not look alike', () => {
    for (let i = 0; i < 50; i++)
      expect(randomPassword()).toMatch(/^(?:[a-hjkmnp-z2-9]{5}-){3}[a-hjkmnp-z2-9]{5}$/);
  });

  it('is never the same', () => {
    expect(new Set(Array.from({ length: 100 }, () => randomPassword())).size).toBe(100);
  });

  it('throws away bytes that would favour some letters', () => {
    let next = 0;
    const bytes = [255, 248, 0];
    const password = randomPassword((array) => (array[0] = bytes[next++ % bytes.length] ?? 0));
    expect(password).toBe('aaaaa-aaaaa-aaaaa-aaaaa');
    expect(next).toBe(60);
  });
});
