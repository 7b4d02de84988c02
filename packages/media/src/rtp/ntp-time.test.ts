import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ntpToUnixMs, unixMsToNtp } from './ntp-time.ts';

test.each([
  // seconds since 1900, fraction of 2^32, UTC
  [0x83aa_7e80, 0, Date.UTC(1970, 0, 1)],
  [0xb44d_b705, 0x2000_0000, Date.UTC(1995, 10, 10, 11, 33, 25, 125)], // the example of RFC 3550 section 6.4.1
  [0xffff_ffff, 0, Date.UTC(2036, 1, 7, 6, 28, 15)],
  [0x0000_0000, 0, Date.UTC(2036, 1, 7, 6, 28, 16)], // the next era
])('%i.%i', (seconds, fraction, expected) => {
  expect(ntpToUnixMs(seconds, fraction)).toBe(expected);
});

test('there and back is the same millisecond, from 1970 to 2100', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) }), (unixMs) => {
      const { seconds, fraction } = unixMsToNtp(unixMs);
      expect(ntpToUnixMs(seconds, fraction)).toBeCloseTo(unixMs, 3);
    }),
  );
});
