import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sample } from '../sample.ts';
import { findBox, readBoxes } from './box-reader.ts';
import { encodeFragment } from './fragment.ts';
import { AUDIO, VIDEO, audioSample, videoSample } from './testing-configs.ts';

const BOTH = { video: VIDEO, audio: AUDIO };

/** Hex without the comments (`; …` up to the end of the line) and white space. */
function hex(text: string): string {
  return text.replaceAll(/;.*$/gm, '').replaceAll(/\s/g, '');
}

describe('encodeFragment', () => {
  it('writes one key frame byte for byte', () => {
    const fragment = encodeFragment(7, { video: VIDEO, audio: undefined }, [videoSample({ pts: 93_600 })]);
    expect(fragment.header.toString('hex')).toBe(
      hex(`
        00000068 6d6f6f66                      ; moof, 104 bytes
          00000010 6d666864 00000000 00000007  ; mfhd: sequence number 7
          00000050 74726166                    ; traf
            00000010 74666864 00020000 00000001                    ; tfhd: default-base-is-moof, track 1
            00000014 74666474 01000000 00000000 00015f90           ; tfdt v1: 90 000
            00000024 7472756e 01000f01                             ; trun v1: offset, duration, size, flags, cts
              00000001 00000070                                    ; one sample, data at 112
              00000e10 00000005 02000000 00000e10                  ; 3600 ticks, 5 bytes, sync, shown 3600 later
        0000000d 6d646174                      ; mdat, 13 bytes
      `),
    );
    expect(Buffer.concat(fragment.payload).toString('hex')).toBe('0000000165');
    expect(fragment.byteLength).toBe(104 + 13);
  });

  it('writes both tracks, samples grouped by track, byte for byte', () => {
    const fragment = encodeFragment(0x1_0000_0001, BOTH, [
      audioSample({ dts: 2 ** 32 + 5, pts: 2 ** 32 + 5 }),
      videoSample({ dts: 100, pts: 40, keyframe: false }),
    ]);
    expect(fragment.header.toString('hex')).toBe(
      hex(`
        000000b0 6d6f6f66
          00000010 6d666864 00000000 00000001  ; sequence number modulo 2^32
          00000050 74726166
            00000010 74666864 00020000 00000001
            00000014 74666474 01000000 00000000 00000064
            00000024 7472756e 01000f01 00000001 000000b8
              00000e10 00000005 01010000 ffffffc4                  ; not sync; shown 60 ticks before its decode time
          00000048 74726166
            00000010 74666864 00020000 00000002
            00000014 74666474 01000000 00000001 00000005           ; tfdt above 32 bits
            0000001c 7472756e 01000301 00000001 000000bd           ; data behind the five bytes of video
              00000400 00000002
        0000000f 6d646174
      `),
    );
  });

  it('lets a sample last until the next one of its track, whatever its own estimate', () => {
    const { header } = encodeFragment(1, { video: VIDEO, audio: undefined }, [
      videoSample({ dts: 1000, duration: 5 }),
      videoSample({ dts: 4000, duration: 77 }),
    ]);
    const run = findBox(readBoxes(header.subarray(0, header.length - 8)), 'moof/traf/trun')?.content;
    expect(run?.readUInt32BE(12)).toBe(3000);
    expect(run?.readUInt32BE(12 + 16)).toBe(77);
  });

  it('does not copy the payload', () => {
    const sample = videoSample();
    expect(encodeFragment(1, BOTH, [sample]).payload[0]).toBe(sample.data);
  });

  it.each([
    ['no samples', BOTH, []],
    ['video without a video track', { video: undefined, audio: AUDIO }, [videoSample()]],
    ['audio without an audio track', { video: VIDEO, audio: undefined }, [audioSample()]],
  ] as const)('refuses %s', (_name, config, samples) => {
    expect(() => encodeFragment(1, config, samples)).toThrowError(/fragment|track/);
  });

  it('adds up for any samples: boxes close, data offsets point at the tracks, times are the samples own', () => {
    const sample = fc.record({
      kind: fc.constantFrom('video' as const, 'audio' as const),
      data: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      step: fc.integer({ min: 1, max: 200_000 }),
      offset: fc.integer({ min: -20_000, max: 20_000 }),
      keyframe: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 30 }), fc.nat(2 ** 40), (made, start) => {
        const clocks = { video: start, audio: start };
        const samples = made.map(({ kind, data, step, offset, keyframe }): Sample => {
          const dts = (clocks[kind] += step);
          return { kind, data, dts, pts: dts + offset, duration: 1, keyframe, wallMs: 0 };
        });
        const fragment = encodeFragment(1, BOTH, samples);
        const bytes = Buffer.concat([fragment.header, ...fragment.payload]);
        expect(bytes.length).toBe(fragment.byteLength);
        const [moof, mdat] = readBoxes(bytes);
        expect([moof?.type, mdat?.type]).toEqual(['moof', 'mdat']);
        for (const traf of moof?.children.slice(1) ?? []) {
          const track = findBox([traf], 'traf/tfhd')?.content.readUInt32BE(4) === 1 ? 'video' : 'audio';
          const expected = samples.filter(({ kind }) => kind === track);
          const decodeTime = findBox([traf], 'traf/tfdt')?.content.readBigUInt64BE(4);
          expect(decodeTime).toBe(BigInt(expected[0]?.dts ?? -1));
          const run = findBox([traf], 'traf/trun')?.content ?? Buffer.alloc(0);
          expect(run.readUInt32BE(4)).toBe(expected.length);
          const all = Buffer.concat(expected.map(({ data }) => data));
          const offset = run.readUInt32BE(8);
          expect(bytes.subarray(offset, offset + all.length).equals(all)).toBe(true);
        }
      }),
    );
  });
});
