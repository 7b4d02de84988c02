import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitAnnexB } from './clip-picture.ts';
import { parseH265ClipVideo } from './h265-clip.ts';
import { packetiseH265Nals } from './h265-layout.ts';
import { splitFrames } from './rtp-layout.ts';

const BYTES = readFileSync(new URL('clips/open-gop.h265', import.meta.url));
const NALS = splitAnnexB(BYTES);
const START = Buffer.from([0, 0, 0, 1]);

describe('parseH265ClipVideo', () => {
  it.each([
    ['without parameter sets', NALS.filter((nal) => (nal[0] ?? 0) >> 1 <= 21)],
    ['that does not start with an IDR', [...NALS.slice(0, 3), ...NALS.slice(4)]],
    ['without pictures', NALS.slice(0, 3)],
    ['of nothing', []],
  ])('refuses a file %s', (_name, nals) => {
    const bytes = Buffer.concat(nals.flatMap((nal) => [START, nal]));
    expect(() => parseH265ClipVideo(bytes, 25)).toThrow(Error);
  });

  it('puts pictures of open groups where they are shown', () => {
    const { pictures } = parseH265ClipVideo(BYTES, 25);
    // I P B b b …: the second picture is shown as the fifth; the pictures behind a CRA are shown before it
    expect(pictures.slice(0, 5).map(({ displayIndex }) => displayIndex)).toEqual([0, 4, 2, 1, 3]);
    expect(pictures.slice(21, 25).map(({ displayIndex }) => displayIndex)).toEqual([24, 22, 21, 23]);
  });

  it('answers any bytes with a clip or an Error', () => {
    const damage = fc.array(fc.tuple(fc.nat(BYTES.length - 1), fc.nat(255)), { maxLength: 6 });
    fc.assert(
      fc.property(damage, fc.nat(BYTES.length), (changes, length) => {
        const bytes = Buffer.from(BYTES.subarray(0, length));
        for (const [at, value] of changes) if (at < length) bytes[at] = value;
        try {
          expect(parseH265ClipVideo(bytes, 25).pictures.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});

describe('packetiseH265Nals', () => {
  const payloads = (aggregate: boolean, mtuBytes: number) => {
    const run = packetiseH265Nals(NALS.slice(0, 4), { payloadType: 96, mtuBytes, aggregate }, true);
    return splitFrames(run.bytes).map((frame) => frame.subarray(16));
  };

  it('aggregates what is small and fragments what is large', () => {
    const types = payloads(true, 500).map((payload) => ((payload[0] ?? 0) >> 1) & 63);
    expect(types).toEqual([48, 49, 49, 49, 49]);
    for (const payload of payloads(true, 500)) expect(payload.length).toBeLessThanOrEqual(500);
  });

  it('sends units alone otherwise', () => {
    expect(payloads(false, 9000).map((payload) => payload.toString('hex'))).toEqual(
      NALS.slice(0, 4).map((nal) => nal.toString('hex')),
    );
  });
});
