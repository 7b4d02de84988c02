/** Every H.265 SPS that we know of real cameras: what it decodes to, and what the engine makes of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MediaError } from '../media-error.ts';
import { formatCodecString } from './decoder-config.ts';
import { ParameterSets } from './parameter-sets.ts';
import { parseSps } from './sps.ts';
import { PPS, VPS } from './testing-packetizer.ts';
import { SPS_FIXTURES } from './testing-sps.ts';

describe('H.265 parameter sets of real cameras', () => {
  it('are ten, each with a name of its own', () => {
    expect(new Set(SPS_FIXTURES.map(({ camera }) => camera)).size).toBe(10);
  });

  it.each(SPS_FIXTURES)('$camera: $taught', ({ bytes, size, codec, fps }) => {
    const sps = parseSps(Buffer.from(bytes, 'base64'));
    expect([sps.width, sps.height]).toEqual(size);
    expect(formatCodecString(sps)).toBe(codec);
    expect(sps.vui?.fps).toBe(fps);
  });

  it.each(SPS_FIXTURES)('$camera: stray bytes behind the set are no change', ({ bytes, codec }) => {
    const sps = Buffer.from(bytes, 'base64');
    const sets = new ParameterSets();
    for (const set of [VPS, sps, PPS]) sets.add(set);
    const before = sets.findConfig(0);
    expect(before?.config.codecString).toBe(codec);
    const { rbspBits } = parseSps(sps);
    if (rbspBits === undefined) return; // buffering parameters are not read: where the set ends is not known
    sets.add(Buffer.concat([sps, Buffer.from('0404', 'hex')]));
    expect(sets.findConfig(0)).toBe(before);
  });

  it('reads reordering, colours and what is cut off', () => {
    const parse = (camera: string) => {
      const found = SPS_FIXTURES.find((fixture) => fixture.camera === camera);
      return parseSps(Buffer.from(found?.bytes ?? '', 'base64'));
    };
    expect(parse('unnamed, High tier').maxReorderPictures).toBe(1);
    expect(parse('Dahua').maxReorderPictures).toBe(0);
    expect(parse('Dahua').vui?.colour).toEqual({ primaries: 5, transfer: 6, matrix: 5, fullRange: true });
    expect(parse('Tenda CP3PRO').vui).toBeUndefined();
    const whole = Buffer.from(SPS_FIXTURES[0]?.bytes ?? '', 'base64');
    const cut = parseSps(whole.subarray(0, 30));
    expect([cut.width, cut.height, cut.vui, cut.rbspBits]).toEqual([704, 480, undefined, undefined]);
  });

  it.each([
    ['another NAL unit', '4401c172b46240'],
    ['nothing', ''],
    ['a header alone', '4201'],
    ['a set that is cut off', '42010101600000'],
    ['an SPS of H.264', '674d00299a6403c0113f2cd4040405'],
  ])('refuses %s', (_name, hex) => {
    expect(() => parseSps(Buffer.from(hex, 'hex'))).toThrowError(MediaError);
  });

  it('answers any bytes with a bounded picture or a MediaError', () => {
    const damaged = fc
      .tuple(
        fc.constantFrom(...SPS_FIXTURES),
        fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 }),
        fc.nat(60),
      )
      .map(([fixture, changes, length]) => {
        const bytes = Buffer.from(fixture.bytes, 'base64').subarray(0, length + 12);
        for (const [at, value] of changes) if (at > 1 && at < bytes.length) bytes[at] = value;
        return bytes;
      });
    const random = fc.uint8Array({ maxLength: 120 }).map((bytes) => Buffer.from([0x42, 1, ...bytes]));
    fc.assert(
      fc.property(fc.oneof(damaged, random), (bytes) => {
        try {
          const sps = parseSps(bytes);
          expect(sps.width).toBeGreaterThan(0);
          expect(sps.height).toBeGreaterThan(0);
          expect(sps.codedWidth * sps.codedHeight).toBeLessThanOrEqual(35_651_584);
          expect(sps.vui?.fps ?? 1).toBeGreaterThan(0);
          expect(formatCodecString(sps)).toMatch(
            /^hvc1\.[ABC]?\d{1,2}\.[0-9A-F]{1,8}\.[LH]\d{1,3}(\.[0-9A-F]{1,2}){0,6}$/,
          );
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
