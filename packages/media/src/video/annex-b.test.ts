import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRbsp, findStartCode, findUnitEnd, splitAnnexB, trimTrailingZeros } from './annex-b.ts';

/** Bytes with many zeros and ones, so that start codes come up. */
const sparse = fc
  .array(fc.constantFrom(0, 0, 0, 1, 3, 0x67), { maxLength: 60 })
  .map((each) => Buffer.from(each));

describe('splitAnnexB', () => {
  it.each([
    ['', []],
    ['0000', []],
    ['6742', ['6742']],
    ['0000016742', ['6742']],
    ['00000001674200000001', ['6742']],
    ['67420000000168ce0000', ['6742', '68ce']],
    ['000001000001', []],
  ])('%s', (hex, expected) => {
    expect(splitAnnexB(Buffer.from(hex, 'hex')).map((unit) => unit.toString('hex'))).toEqual(expected);
  });

  it('leaves no start code and no zero at the end of a unit', () => {
    fc.assert(
      fc.property(sparse, (each) => {
        for (const unit of splitAnnexB(each)) {
          expect(unit.length).toBeGreaterThan(0);
          expect(findStartCode(unit)).toBe(-1);
          expect(trimTrailingZeros(unit)).toHaveLength(unit.length);
        }
      }),
    );
  });
});

describe('decodeRbsp', () => {
  it.each([
    ['67000003000003', '00000000'],
    ['6700000301', '000001'],
    ['67000003', '0000'],
    ['6700030003', '00030003'],
    ['67', ''],
    ['', ''],
  ])('%s', (hex, expected) => {
    expect(Buffer.from(decodeRbsp(Buffer.from(hex, 'hex'), 1)).toString('hex')).toBe(expected);
  });
});

describe('findUnitEnd', () => {
  it.each<[string, number, number | undefined]>([
    ['67ff80', 8, 3],
    ['67ff80aabb', 8, 3],
    ['67f8aa', 4, 2], // the stop bit ends the byte: 1111 1000
    ['670000030080aa', 24, 6], // behind a byte of emulation prevention
    ['67ff81', 8, undefined], // more follows
    ['67ff00', 8, undefined],
    ['67ff', 8, undefined],
    ['', 0, undefined],
  ])('%s, %i bits read', (hex, bits, expected) => {
    expect(findUnitEnd(Buffer.from(hex, 'hex'), 1, bits)).toBe(expected);
  });

  it('finds the end of any payload, whatever stands behind it', () => {
    fc.assert(
      fc.property(sparse, sparse, (payload, stray) => {
        const escaped: number[] = [0x67];
        let zeros = 0;
        for (const byte of [...payload, 0x80]) {
          if (zeros >= 2 && byte <= 3) {
            escaped.push(3);
            zeros = 0;
          }
          escaped.push(byte);
          zeros = byte === 0 ? zeros + 1 : 0;
        }
        const unit = Buffer.from([...escaped, ...stray]);
        expect(findUnitEnd(unit, 1, payload.length * 8)).toBe(escaped.length);
      }),
    );
  });
});
