import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK_BYTES, BlockPool, BlockWriter } from './block-pool.ts';
import { MediaFile } from './media-file.ts';

/** `length` bytes that tell where they come from. */
function pattern(length: number, seed: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => (index * 31 + seed) % 251));
}

describe('BlockWriter', () => {
  it('keeps what it is given, in any range, whatever the sizes', () => {
    const piece = fc.integer({ min: 0, max: 2 * BLOCK_BYTES });
    const file = fc.array(piece, { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(file, { maxLength: 5 }), fc.nat(), fc.nat(), (layout, from, length) => {
        const writer = new BlockWriter(new BlockPool());
        const contents = layout.map((sizes, at) => sizes.map((size, index) => pattern(size, at * 7 + index)));
        const files = contents.map((pieces, at) => new MediaFile(`part-${at}`, writer.write(pieces)));
        const all = Buffer.concat(contents.flat());
        const joined = MediaFile.join('seg', files);
        for (const [at, pieces] of contents.entries())
          expect(files[at]?.copy().equals(Buffer.concat(pieces))).toBe(true);
        expect(joined.copy().equals(all)).toBe(true);
        expect(joined.slices().length).toBeLessThanOrEqual(Math.ceil(all.length / BLOCK_BYTES));
        const start = all.length === 0 ? 0 : from % all.length;
        const end = Math.min(all.length, start + (length % (all.length + 1)));
        expect(Buffer.concat(joined.slices(start, end)).equals(all.subarray(start, end))).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it('gives each block back once nobody holds it', () => {
    const pool = new BlockPool();
    const writer = new BlockWriter(pool);
    const first = new MediaFile('a', writer.write([Buffer.alloc(BLOCK_BYTES + 10)]));
    const second = new MediaFile('b', writer.write([Buffer.alloc(10)]));
    first.hold();
    first.release();
    expect(pool.spareBytes).toBe(0);
    first.release();
    expect(pool.spareBytes).toBe(BLOCK_BYTES);
    second.release();
    expect(pool.spareBytes).toBe(BLOCK_BYTES);
    writer.close();
    expect(pool.spareBytes).toBe(2 * BLOCK_BYTES);
    expect(pool.take().bytes).toHaveLength(BLOCK_BYTES);
    expect(pool.spareBytes).toBe(BLOCK_BYTES);
  });
});
