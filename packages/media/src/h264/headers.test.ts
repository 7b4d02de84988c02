import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MediaError } from '../media-error.ts';
import { ParameterSets } from './parameter-sets.ts';
import { parsePps } from './pps.ts';
import { findRecoveryFrameCount } from './sei.ts';
import { parseSliceHeader } from './slice-header.ts';
import { PPS, makeSlice } from './testing-packetizer.ts';

const bytes = fc.uint8Array({ maxLength: 60 }).map((each) => Buffer.from(each));
/** Bytes with many zeros and ones, so that start codes come up. */
const sparse = fc
  .array(fc.constantFrom(0, 0, 0, 1, 3, 0x67), { maxLength: 60 })
  .map((each) => Buffer.from(each));

describe('findRecoveryFrameCount', () => {
  it.each([
    ['exact', '060601c480', 0],
    ['five frames', '0606013280', 5],
    ['behind another message', '060502aabb0601c480', 0],
    ['behind a long one', `0605ff01${'aa'.repeat(256)}0601c480`, undefined],
    ['none', '060501aa80', undefined],
    ['cut off', '0606', undefined],
    ['empty', '060600', undefined],
    ['sizes without end', `06${'ff'.repeat(300)}`, undefined],
  ])('%s', (_name, hex, expected) => {
    expect(findRecoveryFrameCount(Buffer.from(hex, 'hex'))).toBe(expected);
  });
});

describe('headers of slices and PPS', () => {
  it('reads slices', () => {
    expect(parseSliceHeader(makeSlice({ idr: true }))).toEqual({
      firstMacroblock: 0,
      isBidirectional: false,
      ppsId: 0,
    });
    expect(parseSliceHeader(makeSlice({ firstMacroblock: 300, type: 'b' }))).toEqual({
      firstMacroblock: 300,
      isBidirectional: true,
      ppsId: 0,
    });
  });

  it('reads a PPS', () => {
    expect(parsePps(PPS)).toEqual({ id: 0, spsId: 0 });
    expect(parsePps(Buffer.from('685ea3cc0300', 'hex'))).toEqual({ id: 1, spsId: 0 }); // aF6j…: second PPS of a DVR
  });

  it('takes no more parameter sets into a configuration than a decoder should be bothered with', () => {
    const sets = new ParameterSets();
    sets.addHints('Z2QAFqwa0BQF/yzcBAQFAAADAAEAAAMAHo8UIqA=');
    for (let id = 0; id < 256; id++) {
      const number = (id + 1).toString(2);
      const bits = `${'0'.repeat(number.length - 1)}${number}1`.padEnd(24, '1'); // ue(id), ue(0): of SPS 0
      const head = Number.parseInt(bits, 2).toString(16).padStart(6, '0');
      sets.add(Buffer.concat([Buffer.from(`68${head}`, 'hex'), Buffer.alloc(4000, 0xff)]));
    }
    const size = sets.findConfig(0)?.config.decoderConfig.length;
    expect(size).toBeGreaterThan(4000);
    expect(size).toBeLessThan(33 * 4096);
  });

  it('answers any bytes with a result or a MediaError', () => {
    const sets = new ParameterSets();
    const parsers = [
      parseSliceHeader,
      (each: Buffer) => parsePps(Buffer.concat([Buffer.of(0x68), each])),
      findRecoveryFrameCount,
      (each: Buffer) => sets.add(Buffer.concat([Buffer.of(0x67), each])),
      (each: Buffer) => sets.add(Buffer.concat([Buffer.of(0x68), each])),
      (each: Buffer) => sets.addHints(each.toString('latin1')),
      (each: Buffer) => sets.addHints(`${each.toString('base64')},${each.toString('base64')}`),
    ];
    fc.assert(
      fc.property(fc.oneof(bytes, sparse), fc.constantFrom(...parsers), fc.nat(255), (each, parse, ppsId) => {
        try {
          parse(each);
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
        const active = sets.findConfig(ppsId);
        if (active !== undefined) expect(active.config.width).toBeGreaterThan(0);
      }),
      { numRuns: 3000 },
    );
  });
});
