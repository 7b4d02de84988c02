import { expect, test } from 'vitest';
import { ntpToUnixMs } from './ntp-time.ts';

test.each([
  // seconds since 1900, fraction of 2^32, UTC
  [0x83aa_7e80, 0, Date.UTC(1970, 0, 1)],
  [0xb44d_b705, 0x2000_0000, Date.UTC(1995, 10, 10, 11, 33, 25, 125)], // the example of RFC 3550 section 6.4.1
  [0xffff_ffff, 0, Date.UTC(2036, 1, 7, 6, 28, 15)],
  [0x0000_0000, 0, Date.UTC(2036, 1, 7, 6, 28, 16)], // the next era
])('%i.%i', (seconds, fraction, expected) => {
  expect(ntpToUnixMs(seconds, fraction)).toBe(expected);
});
