import { describe, expect, it } from 'vitest';
import { passwordAgeState } from './password-age.ts';

const DAY = 24 * 60 * 60 * 1000;
const START = Date.UTC(2026, 0, 1);

describe('passwordAgeState', () => {
  const rules = { passwordExpiryDays: 90, passwordWarningDays: 14 };
  it.each<[name: string, ageMs: number, expired: boolean, expiresInDays: number | null]>([
    ['new', 0, false, null],
    ['a moment before the window', 76 * DAY - 1, false, null],
    ['at the window', 76 * DAY, false, 14],
    ['a day later', 77 * DAY, false, 13],
    ['the last millisecond', 90 * DAY - 1, false, 1],
    ['at the end', 90 * DAY, true, 0],
    ['long after', 900 * DAY, true, 0],
    ['changed in the future', -400 * DAY, false, null],
  ])('%s', (_name, ageMs, expired, expiresInDays) => {
    expect(passwordAgeState({ passwordChangedAtMs: START }, rules, START + ageMs)).toEqual({
      expired,
      expiresInDays,
    });
  });

  it('never expires when expiry is off', () => {
    const off = { passwordExpiryDays: 0, passwordWarningDays: 14 };
    expect(passwordAgeState({ passwordChangedAtMs: 0 }, off, START)).toEqual({
      expired: false,
      expiresInDays: null,
    });
  });

  it('warns from the first day when the window is longer than the life', () => {
    const short = { passwordExpiryDays: 7, passwordWarningDays: 14 };
    expect(passwordAgeState({ passwordChangedAtMs: START }, short, START)).toEqual({
      expired: false,
      expiresInDays: 7,
    });
  });
});
