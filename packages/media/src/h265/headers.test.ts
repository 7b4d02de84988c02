/** What stands in front of H.265 pictures, from any bytes: parameter sets and slice headers. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MediaError } from '../media-error.ts';
import { ParameterSets } from './parameter-sets.ts';
import { parsePps } from './pps.ts';
import { parseSliceHeader } from './slice-header.ts';
import { PPS, SPS, unitHeader, VPS } from './testing-packetizer.ts';
import { parseVps } from './vps.ts';

const VPS_TYPE = 32;
const SPS_TYPE = 33;
const PPS_TYPE = 34;

const random = fc.uint8Array({ maxLength: 80 }).map((each) => Buffer.from(each));
/** Bytes with many zeros and ones, so that long Exp-Golomb codes and start codes come up. */
const sparse = fc
  .array(fc.constantFrom(0, 0, 0, 1, 3, 0x40, 0xff), { maxLength: 80 })
  .map((each) => Buffer.from(each));
/** A true set with some bytes changed, without its header. */
const damaged = fc
  .tuple(
    fc.constantFrom(VPS, SPS, PPS),
    fc.array(fc.tuple(fc.nat(40), fc.nat(255)), { maxLength: 4 }),
    fc.nat(60),
  )
  .map(([set, changes, length]) => {
    const bytes = Buffer.from(set.subarray(2, 2 + length));
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes;
  });

it('any bytes are read, or refused with a MediaError; a configuration has a picture', () => {
  const sets = new ParameterSets();
  const unit = (type: number, body: Buffer) => Buffer.concat([unitHeader(type), body]);
  const parsers = [
    (each: Buffer) => parseVps(unit(VPS_TYPE, each)),
    (each: Buffer) => parsePps(unit(PPS_TYPE, each)),
    (each: Buffer) => parsePps(each),
    (each: Buffer) => parseSliceHeader(unit(each[0] ?? 0, each), (id) => id % 8),
    (each: Buffer) => parseSliceHeader(each, () => 0),
    (each: Buffer) => sets.add(unit(VPS_TYPE, each)),
    (each: Buffer) => sets.add(unit(SPS_TYPE, each)),
    (each: Buffer) => sets.add(unit(PPS_TYPE, each)),
    (each: Buffer) =>
      sets.addHints(
        new Map([
          ['sprop-sps', each.toString('base64')],
          ['sprop-pps', each.toString('latin1')],
        ]),
      ),
  ];
  fc.assert(
    fc.property(
      fc.oneof(random, sparse, damaged),
      fc.constantFrom(...parsers),
      fc.option(fc.nat(70), { nil: undefined }),
      (each, parse, ppsId) => {
        try {
          parse(each);
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
        const active = sets.findConfig(ppsId);
        if (active !== undefined) expect(active.config.width * active.config.height).toBeGreaterThan(0);
      },
    ),
    { numRuns: 3000 },
  );
});
