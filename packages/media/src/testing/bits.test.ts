import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BitReader, rbspOf } from './bit-reader.ts';
import { BitWriter, encodeNal } from './bit-writer.ts';

describe('BitWriter and BitReader', () => {
  it('read back what was written', () => {
    const field = fc.oneof(
      fc.record({
        kind: fc.constant('bits' as const),
        count: fc.integer({ min: 1, max: 32 }),
        raw: fc.nat(2 ** 31 - 1),
      }),
      fc.record({ kind: fc.constant('unsigned' as const), count: fc.constant(0), raw: fc.nat(70_000) }),
      fc.record({
        kind: fc.constant('signed' as const),
        count: fc.constant(0),
        raw: fc.integer({ min: -40_000, max: 40_000 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(field, { maxLength: 60 }), (fields) => {
        const writer = new BitWriter();
        const values = fields.map(({ kind, count, raw }) => (kind === 'bits' ? raw % 2 ** count : raw));
        fields.forEach(({ kind, count }, at) => {
          const value = values[at] ?? 0;
          if (kind === 'bits') writer.bits(value, count);
          else if (kind === 'unsigned') writer.unsigned(value);
          else writer.signed(value);
        });
        const reader = new BitReader(writer.finish());
        const read = fields.map(({ kind, count }) =>
          kind === 'bits' ? reader.bits(count) : kind === 'unsigned' ? reader.unsigned() : reader.signed(),
        );
        expect(read).toEqual(values);
        expect(reader.flag()).toBe(true);
      }),
    );
  });

  // ISO 14496-10 table 9-2: code number and its bits, padded with the stop bit and zeros.
  it.each([
    [0, 'c0'],
    [1, '50'],
    [2, '70'],
    [3, '24'],
    [6, '3c'],
    [7, '11'],
  ])('writes ue(%i)', (value, hex) => {
    expect(new BitWriter().unsigned(value).finish().toString('hex')).toBe(hex);
  });

  it('copies bits, not bytes', () => {
    expect(
      new BitWriter()
        .bits(1, 1)
        .copy(Buffer.from([0xab, 0xcd]), 12)
        .bits(0, 2)
        .finish()
        .toString('hex'),
    ).toBe('d5e1');
  });
});

describe('encodeNal', () => {
  it.each([
    ['000000', '6500000300'],
    ['00000001', '650000030001'],
    ['00000003', '650000030003'],
    ['0000000000', '65000003000003' + '00'],
    ['00000004', '650000030004'],
    ['0000ff', '650000ff'],
  ])('protects %s', (rbsp, nal) => {
    expect(encodeNal(0x65, Buffer.from(rbsp, 'hex')).toString('hex')).toBe(nal);
  });

  it('is undone by rbspOf and never holds a start code', () => {
    const bytes = fc.uint8Array({ maxLength: 200, max: 4 });
    fc.assert(
      fc.property(bytes, (rbsp) => {
        const nal = encodeNal(0x41, rbsp);
        expect(nal.indexOf(Buffer.from([0, 0, 1]))).toBe(-1);
        expect(rbspOf(nal).equals(Buffer.from(rbsp))).toBe(true);
      }),
    );
  });
});
