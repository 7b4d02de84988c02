import { describe, expect, it } from 'vitest';
import { dayRange, formatDay, formatStamp } from './format-time.ts';

const AT = Date.UTC(2026, 10, 25, 3, 42, 7);

describe('times of the administration', () => {
  it('have the name of Indonesian zones', () => {
    expect(formatStamp(AT, 'Asia/Jakarta', 'id')).toBe('25 Nov 2026, 10.42.07 WIB');
    expect(formatStamp(AT, 'Asia/Jayapura', 'en')).toBe('25 Nov 2026, 12:42:07 WIT');
    expect(formatStamp(AT, 'Europe/Berlin', 'en')).toBe('25 Nov 2026, 04:42:07');
  });

  it('have days of the reader', () => {
    expect(formatDay(Date.UTC(2026, 10, 25, 20), 'Asia/Jakarta', 'id')).toBe('26 Nov 2026');
  });
});

describe('a range of days', () => {
  it('goes from the first to the last moment', () => {
    const { from, to } = dayRange('2026-11-24', '2026-11-25');
    expect(new Date(from ?? '').getTime()).toBe(new Date('2026-11-24T00:00:00').getTime());
    expect(new Date(to ?? '').getTime()).toBe(new Date('2026-11-25T23:59:59.999').getTime());
  });

  it.each([undefined, '', 'kemarin', '2026-13-45', '25/11/2026'])('has no bound for %j', (day) => {
    expect(dayRange(day, day)).toEqual({});
  });
});
