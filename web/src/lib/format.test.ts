import { describe, expect, it } from 'vitest';
import { formatCount, formatDecimal, formatMoment, splitAge } from './format.ts';

const AT = Date.UTC(2026, 10, 23, 3, 42);

describe('formatMoment', () => {
  it.each([
    ["today, in the camera's zone", AT, AT + 60_000, 'Asia/Jakarta', 'id', '10.42 WIB'],
    ['in English', AT, AT + 60_000, 'Asia/Jakarta', 'en', '10:42 WIB'],
    ['farther east', AT, AT, 'Asia/Makassar', 'id', '11.42 WITA'],
    ['farthest east', AT, AT, 'Asia/Jayapura', 'id', '12.42 WIT'],
    ['another day', AT, AT + 86_400_000, 'Asia/Jakarta', 'id', '23 Nov, 10.42 WIB'],
  ] as const)('%s', (_name, atMs, nowMs, zone, language, text) => {
    expect(formatMoment(atMs, nowMs, zone, language)).toBe(text);
  });

  it("takes midnight of the camera's zone, not of the visitor's, for the turn of the day", () => {
    const beforeMidnight = Date.UTC(2026, 10, 23, 16, 59);
    expect(formatMoment(beforeMidnight, beforeMidnight + 120_000, 'Asia/Jakarta', 'id')).toContain('23 Nov');
  });

  it('survives a zone that does not exist', () => {
    expect(formatMoment(AT, AT, 'Mars/Olympus', 'id')).toMatch(/^\d\d\.\d\d$/);
  });
});

describe('numbers', () => {
  it('follow the language', () => {
    expect(formatCount(1234, 'id')).toMatch(/^1,2\srb$/);
    expect(formatCount(1234, 'en')).toMatch(/^1\.2K$/i);
    expect(formatDecimal(0.42, 'id')).toBe('0,4');
  });
});

describe('splitAge', () => {
  it.each([
    [-3, 'seconds', 0],
    [59.9, 'seconds', 59],
    [60, 'minutes', 1],
    [3_599, 'minutes', 59],
    [7_200, 'hours', 2],
    [200_000, 'days', 2],
  ])('%s s', (ageS, unit, count) => {
    expect(splitAge(ageS)).toEqual({ unit, count });
  });
});
