import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { A_LAW, MU_LAW } from '../g711/g711.ts';
import { FlacEncoder } from './flac-encoder.ts';
import { flacFormat } from './flac-format.ts';
import { decodeFlacFrame } from './testing-decoder.ts';

function encode(channels: readonly (readonly number[])[], sampleRate = 8000): Buffer {
  const blockSize = channels[0]?.length ?? 0;
  const encoder = new FlacEncoder({ sampleRate, channels: channels.length, blockSize });
  return encoder.encode(channels.map((samples) => Int32Array.from(samples)));
}

function tone(length: number, of: (at: number) => number): number[] {
  return Array.from({ length }, (_, at) => Math.round(of(at)));
}

const SINE = tone(320, (at) => 9000 * Math.sin(at / 5));
/** Numbers without any order: no predictor helps. */
const NOISE = tone(320, (at) => ((Math.imul(at + 1, 2_654_435_761) >>> 0) % 65_536) - 32_768);

describe('FlacEncoder', () => {
  it.each<[string, readonly number[], number]>([
    ['silence', tone(320, () => 0), 0],
    ['one value', tone(320, () => -1234), 0],
    ['a straight line', tone(320, (at) => at * 7), 10],
    ['a tone', SINE, 8 + 2],
    ['noise', NOISE, 1],
    ['the loudest there is', tone(320, (at) => (at % 2 === 0 ? 32_767 : -32_768)), 1],
    ['µ-law', SINE.map((value) => MU_LAW[(value >> 8) & 0xff] ?? 0), 9],
  ])('gives back %s', (_name, samples, type) => {
    const { channels, types } = decodeFlacFrame(encode([samples]));
    expect(channels).toEqual([samples]);
    if (type < 8) expect(types).toEqual([type]);
    else expect(types[0]).toBeGreaterThanOrEqual(8);
  });

  it('keeps channels apart', () => {
    const { channels } = decodeFlacFrame(encode([SINE, NOISE], 16_000));
    expect(channels).toEqual([SINE, NOISE]);
  });

  it.each([8000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000])('states %d Hz', (rate) => {
    expect(decodeFlacFrame(encode([SINE], rate)).sampleRate).toBe(rate);
  });

  it('is smaller than what it is given, by the bits that G.711 does not use at least', () => {
    const worst = tone(320, (at) => MU_LAW[(Math.imul(at + 1, 2_654_435_761) >>> 16) & 0xff] ?? 0);
    expect(encode([worst]).length).toBeLessThanOrEqual((320 * 14) / 8 + 20);
    const worstA = tone(320, (at) => A_LAW[(Math.imul(at + 1, 2_654_435_761) >>> 16) & 0xff] ?? 0);
    expect(encode([worstA]).length).toBeLessThanOrEqual((320 * 13) / 8 + 20);
    expect(encode([SINE]).length).toBeLessThan(320 * 0.9);
    expect(encode([tone(320, () => 0)]).length).toBeLessThanOrEqual(16);
  });

  it('counts its frames, in as many bytes as the number needs', () => {
    const encoder = new FlacEncoder({ sampleRate: 8000, channels: 1, blockSize: 16 });
    const samples = [new Int32Array(16)];
    for (let number = 0; number < 70_000; number++) {
      const bytes = encoder.encode(samples);
      if ([0, 1, 127, 128, 2047, 2048, 65_535, 65_536].includes(number)) {
        expect(decodeFlacFrame(bytes).number).toBe(number);
      }
    }
  });

  it('gives back any samples', () => {
    const sample = fc.oneof(fc.integer({ min: -32_768, max: 32_767 }), fc.integer({ min: -40, max: 40 }));
    const block = fc
      .tuple(fc.integer({ min: 16, max: 400 }), fc.integer({ min: 1, max: 2 }), fc.nat(5))
      .chain(([length, channels, shift]) =>
        fc.array(
          fc
            .array(sample, { minLength: length, maxLength: length })
            .map((values) => values.map((value) => (value >> shift) << shift)),
          { minLength: channels, maxLength: channels },
        ),
      );
    fc.assert(
      fc.property(block, (channels) => {
        const bytes = encode(channels);
        expect(decodeFlacFrame(bytes).channels).toEqual(channels);
        expect(bytes.length).toBeLessThanOrEqual(18 + channels.length * (2 + (channels[0]?.length ?? 0) * 2));
      }),
    );
  });
});

describe('flacFormat', () => {
  it('describes 40 ms frames and brings silence of that length', () => {
    const { config, frameTicks, silence } = flacFormat(16_000, 2);
    expect(frameTicks).toBe(640);
    expect(config).toMatchObject({ codec: 'flac', codecString: 'fLaC', timescale: 16_000, channels: 2 });
    expect(config.decoderConfig.toString('hex')).toBe(
      '80000022' + // last block, STREAMINFO, 34 bytes
        '02800280' + // block size 640
        '000000000000' + // frame sizes not known
        '03e802f0' + // 16 000 Hz in 20 bits, 2 channels, 16 bits, upper bits of the length
        '00000000' +
        '00'.repeat(16),
    );
    const decoded = decodeFlacFrame(silence ?? Buffer.alloc(0));
    expect(decoded.channels.map((channel) => channel.length)).toEqual([640, 640]);
    expect(decoded.channels.flat().every((sample) => sample === 0)).toBe(true);
  });
});
