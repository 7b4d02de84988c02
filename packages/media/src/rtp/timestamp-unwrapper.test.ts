import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TimestampUnwrapper } from './timestamp-unwrapper.ts';

test('a wrap forwards and one back are followed', () => {
  const unwrapper = new TimestampUnwrapper();
  const given = [0xffff_f000, 0xffff_ffff, 0x0000_0100, 0xffff_fff0, 0x0000_0200];
  expect(given.map((timestamp) => unwrapper.unwrap(timestamp))).toEqual([
    0xffff_f000, 0xffff_ffff, 0x1_0000_0100, 0xffff_fff0, 0x1_0000_0200,
  ]);
});

test('whatever the steps below 2^31, the sum of the steps comes out', () => {
  const step = fc.integer({ min: -0x7fff_ffff, max: 0x7fff_ffff });
  fc.assert(
    fc.property(fc.nat(0xffff_ffff), fc.array(step, { maxLength: 200 }), (first, steps) => {
      const unwrapper = new TimestampUnwrapper();
      let expected = first;
      expect(unwrapper.unwrap(first)).toBe(first);
      for (const size of steps) {
        expected += size;
        const onWire = ((expected % 2 ** 32) + 2 ** 32) % 2 ** 32;
        expect(unwrapper.unwrap(onWire)).toBe(expected);
      }
    }),
  );
});

test('after a reset the next timestamp is an origin of its own', () => {
  const unwrapper = new TimestampUnwrapper();
  unwrapper.unwrap(0xffff_ffff);
  unwrapper.unwrap(5);
  unwrapper.reset();
  expect(unwrapper.unwrap(7)).toBe(7);
});
