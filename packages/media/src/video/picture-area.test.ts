import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PictureArea } from './picture-area.ts';

const SLAB_BYTES = 64 * 1024;

function addUnit(area: PictureArea, bytes: Buffer): void {
  area.beginUnit();
  area.addBytes(bytes);
}

/** A picture of one unit of `byteLength` bytes. */
function makePicture(area: PictureArea, byteLength: number, value = 7): Buffer {
  addUnit(area, Buffer.alloc(byteLength, value));
  area.keepUnit();
  return area.takePicture();
}

describe('PictureArea', () => {
  it('writes units with their lengths', () => {
    const area = new PictureArea();
    area.beginUnit();
    area.addByte(0x65);
    area.addBytes(Buffer.from('xxab'), 2);
    expect(area.unitBytes).toBe(3);
    expect(area.viewUnit().toString('latin1')).toBe('eab');
    area.keepUnit();
    addUnit(area, Buffer.from('cd'));
    area.keepUnit();
    expect(area.keptBytes).toBe(13);
    expect(area.takePicture().toString('hex')).toBe('00000003656162000000026364');
    expect([area.keptBytes, area.unitBytes]).toEqual([0, 0]);
  });

  it('puts ordinary pictures into one slab and goes on in a new one', () => {
    const area = new PictureArea();
    const pictures = Array.from({ length: 10 }, () => makePicture(area, 9_996));
    expect(new Set(pictures.map(({ buffer }) => buffer)).size).toBe(2);
    expect(area.slabBytes).toBe(SLAB_BYTES);
  });

  it.each([
    ['that fills it', 300_000, 600_008],
    // 650 000 bytes were needed, 50 004 of them are the picture
    ['that leaves most of it', 50_000, 50_004],
  ])('leaves a slab that was grown; a picture %s keeps little more than itself', (_name, kept, memory) => {
    const area = new PictureArea();
    addUnit(area, Buffer.alloc(kept, 1));
    area.keepUnit();
    if (kept < SLAB_BYTES) addUnit(area, Buffer.alloc(600_000));
    const picture = area.takePicture();
    expect(picture.buffer.byteLength).toBeLessThanOrEqual(memory);
    area.dropUnit();
    expect(area.slabBytes).toBeLessThanOrEqual(SLAB_BYTES);
    expect(makePicture(area, 5).buffer.byteLength).toBe(SLAB_BYTES);
  });

  it('holds nothing of a large unit that was dropped', () => {
    const area = new PictureArea();
    addUnit(area, Buffer.alloc(4_000_000));
    area.dropUnit();
    expect(area.slabBytes).toBe(0);
    addUnit(area, Buffer.alloc(4_000_000));
    area.keepUnit();
    addUnit(area, Buffer.from('next'));
    area.dropPicture();
    expect(area.viewUnit().toString()).toBe('next');
    expect(area.slabBytes).toBe(SLAB_BYTES);
  });

  it('never writes into what was handed out, whatever is kept and dropped', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), size: fc.oneof(fc.nat(400), fc.nat(90_000)) }),
      fc.record({
        do: fc.constantFrom('more', 'keep', 'dropUnit', 'dropPicture', 'take'),
        size: fc.nat(3000),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const area = new PictureArea();
        const taken: { readonly data: Buffer; readonly expected: Buffer }[] = [];
        let kept: Buffer[] = [];
        let unit: Buffer | undefined;
        let value = 0;
        for (const { do: what, size } of steps) {
          const bytes = Buffer.alloc(size, ++value);
          if (what === 'add') {
            addUnit(area, bytes);
            unit = bytes;
          } else if (what === 'more' && unit !== undefined) {
            area.addBytes(bytes);
            unit = Buffer.concat([unit, bytes]);
          } else if (what === 'keep') {
            area.keepUnit();
            if (unit !== undefined) {
              const length = Buffer.alloc(4);
              length.writeUInt32BE(unit.length);
              kept.push(length, unit);
            }
            unit = undefined;
          } else if (what === 'dropUnit') {
            area.dropUnit();
            unit = undefined;
          } else if (what === 'dropPicture') {
            area.dropPicture();
            kept = [];
          } else if (what === 'take') {
            taken.push({ data: area.takePicture(), expected: Buffer.concat(kept) });
            kept = [];
          }
          expect(area.keptBytes).toBe(Buffer.concat(kept).length);
          if (unit !== undefined) expect(area.viewUnit().equals(unit)).toBe(true);
        }
        for (const { data, expected } of taken) expect(data.equals(expected)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
