import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MediaError } from '../media-error.ts';
import { trimTrailingZeros } from '../video/annex-b.ts';
import { parseSps } from './sps.ts';
import { SPS_FIXTURES, fixtureBytes } from './testing-sps.ts';

describe('parseSps', () => {
  it('reads the rest of the VUI', () => {
    const byCamera = (camera: string) => {
      const fixture = SPS_FIXTURES.find((each) => each.camera === camera);
      if (fixture === undefined) throw new Error(`no fixture ${camera}`);
      return parseSps(fixtureBytes(fixture)).vui;
    };
    expect(byCamera('TP-Link main')?.maxReorderFrames).toBe(0);
    expect(byCamera('Hikvision 101')?.maxReorderFrames).toBeUndefined();
    expect(byCamera('Hikvision 6MP')?.sampleAspectRatio).toEqual([1, 1]);
    expect(byCamera('Hik Media Server')?.colour).toEqual({
      primaries: 6,
      transfer: 6,
      matrix: 6,
      fullRange: false,
    });
    expect(byCamera('Reolink main')).toBeUndefined();
  });

  it.each([
    ['another NAL unit', '68ce3c80'],
    ['nothing', ''],
    ['a header alone', '67'],
    ['a set that is cut off', '674d0029'],
    ['the SPS without its first four bytes', 'e900f0044fcb0800001f480007'],
    ['a picture that is absurdly wide', '6742001ef8' + '0000010000' + '8080'],
  ])('refuses %s', (_name, hex) => {
    expect(() => parseSps(Buffer.from(hex, 'hex'))).toThrowError(MediaError);
  });

  it('keeps the picture when the VUI is cut off', () => {
    const whole = fixtureBytes({
      camera: '',
      taught: '',
      bytes: 'Z00AKZpkA8ARPyzUBAQFAAADA+gAAOpgBA==',
      size: [0, 0],
      profile: '',
      fps: 0,
    });
    const sps = parseSps(whole.subarray(0, 14));
    expect([sps.width, sps.height, sps.vui]).toEqual([1920, 1080, undefined]);
  });

  it('answers any bytes with a bounded picture or a MediaError', () => {
    const damaged = fc
      .tuple(
        fc.constantFrom(...SPS_FIXTURES),
        fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 }),
        fc.nat(60),
      )
      .map(([fixture, changes, length]) => {
        const bytes = Buffer.from(fixtureBytes(fixture).subarray(0, length + 8));
        for (const [at, value] of changes) if (at > 0 && at < bytes.length) bytes[at] = value;
        return bytes;
      });
    const random = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from([0x67, ...bytes]));
    fc.assert(
      fc.property(fc.oneof(damaged, random), (bytes) => {
        try {
          const sps = parseSps(bytes);
          expect(sps.width).toBeGreaterThan(0);
          expect(sps.height).toBeGreaterThan(0);
          expect(sps.codedWidth * sps.codedHeight).toBeLessThanOrEqual(139_264 * 256);
          expect(sps.vui?.fps ?? 1).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('ignores bytes behind the end', () => {
    const fixture = SPS_FIXTURES.find(({ camera }) => camera === 'Reolink doorbell sub, in-band');
    if (fixture === undefined) throw new Error('no fixture');
    const bytes = fixtureBytes(fixture);
    expect(parseSps(Buffer.concat([bytes, Buffer.from('0000000001', 'hex')]))).toEqual(
      parseSps(trimTrailingZeros(bytes)),
    );
  });
});
