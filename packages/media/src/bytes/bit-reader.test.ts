import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MediaError } from '../media-error.ts';
import { BitReader } from './bit-reader.ts';

/** Bytes of a string of ones and zeros, padded with zeros. */
function bits(text: string): Uint8Array {
  const digits = text.replaceAll(' ', '');
  return Uint8Array.from(digits.match(/.{1,8}/g) ?? [], (byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
}

describe('BitReader', () => {
  it('reads fields across bytes', () => {
    const reader = new BitReader(Uint8Array.of(0xa5, 0xf0, 0x12, 0x34, 0x56, 0x78), 'VIDEO_MALFORMED');
    expect([reader.readBits(3), reader.readBits(7), reader.readBits(0)]).toEqual([5, 0x17, 0]);
    expect(reader.readBits(32)).toBe(0xc048d159);
    expect([reader.position, reader.bitsLeft]).toEqual([42, 6]);
  });

  it.each([
    ['1', 0, 0],
    ['010', 1, 1],
    ['011', 2, -1],
    ['00100', 3, 2],
    ['00101', 4, -2],
    ['0001000', 7, 4],
    ['0'.repeat(31) + '1' + '1'.repeat(31), 2 ** 32 - 2, -(2 ** 31 - 1)],
  ])('Exp-Golomb %s', (code, unsigned, signed) => {
    expect(new BitReader(bits(code), 'VIDEO_MALFORMED').readUnsignedExpGolomb()).toBe(unsigned);
    expect(new BitReader(bits(code), 'VIDEO_MALFORMED').readSignedExpGolomb()).toBe(signed);
  });

  it.each(['', '0000', '0'.repeat(33) + '1', '001'])('refuses the code %j', (code) => {
    expect(() =>
      new BitReader(
        bits(code).subarray(0, Math.floor(code.length / 8)),
        'VIDEO_MALFORMED',
      ).readUnsignedExpGolomb(),
    ).toThrowError(MediaError);
  });

  it('returns to the bits what was read, however they are split', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.array(fc.nat(32)), (bytes, counts) => {
        const expected = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
        const reader = new BitReader(bytes, 'VIDEO_MALFORMED');
        let read = '';
        for (const count of counts) {
          if (count > reader.bitsLeft) break;
          if (count > 0) read += reader.readBits(count).toString(2).padStart(count, '0');
        }
        expect(read).toBe(expected.slice(0, read.length));
        expect(reader.position).toBe(read.length);
      }),
    );
  });
});
