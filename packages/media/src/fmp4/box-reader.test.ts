import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MediaError } from '../media-error.ts';
import { findBox, readBoxes } from './box-reader.ts';
import { encodeInitSegment } from './init-segment.ts';
import { AUDIO, VIDEO } from './testing-configs.ts';

describe('readBoxes', () => {
  it('reads 64-bit sizes and a last box without one', () => {
    const bytes = Buffer.from(
      '00000001' +
        '66726565' +
        '0000000000000012' +
        'aabb' + // free, 18 bytes, size in 64 bits
        '00000000' +
        '6d646174' +
        'cc', // mdat up to the end
      'hex',
    );
    expect(readBoxes(bytes).map(({ type, offset, size }) => [type, offset, size])).toEqual([
      ['free', 0, 18],
      ['mdat', 18, 9],
    ]);
  });

  it.each([
    ['a header that is cut off', '000000'],
    ['a size below the header', '0000000466726565'],
    ['a box larger than the bytes', '0000000966726565'],
    ['a 64-bit size that is cut off', '00000001667265650000'],
    ['a child larger than its parent', '000000106d6f6f76' + '0000000966726565'],
  ])('refuses %s', (_name, hex) => {
    expect(() => readBoxes(Buffer.from(hex, 'hex'))).toThrowError(MediaError);
  });

  it('answers any damage to a real init segment with boxes or a MediaError', () => {
    const init = encodeInitSegment({ video: VIDEO, audio: AUDIO });
    fc.assert(
      fc.property(fc.nat(init.length - 1), fc.nat(255), fc.nat(init.length), (at, value, length) => {
        const damaged = Buffer.from(init.subarray(0, length));
        if (at < damaged.length) damaged[at] = value;
        try {
          expect(readBoxes(damaged).reduce((sum, { size }) => sum + size, 0)).toBe(damaged.length);
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
      }),
    );
  });

  it('finds a box by path, and says so when there is none', () => {
    const boxes = readBoxes(encodeInitSegment({ video: VIDEO, audio: AUDIO }));
    expect(findBox(boxes, 'moov/mvex/trex')?.size).toBe(32);
    expect(findBox(boxes, 'moov/udta')).toBeUndefined();
  });
});
