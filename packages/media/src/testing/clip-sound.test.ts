import { describe, expect, it } from 'vitest';
import { A_LAW, MU_LAW } from '../g711/g711.ts';
import { findOpusTicks } from '../opus/opus-packet.ts';
import { createTone, encodeALaw, encodeMuLaw, toneSample } from './clip-sound.ts';
import { OPUS_TONE, OPUS_TONE_TICKS } from './opus-tone.ts';

describe('the sound of the fake camera', () => {
  it.each([
    ['µ-law', encodeMuLaw, MU_LAW],
    ['A-law', encodeALaw, A_LAW],
  ] as const)(
    '%s: what the encoder writes, the engine reads as near as G.711 can',
    (_name, encode, table) => {
      for (let value = -32_768; value < 32_768; value += 7) {
        const decoded = table[encode(value)] ?? Number.NaN;
        const step = Math.max(16, 2 ** (Math.floor(Math.log2(Math.abs(value) + 132)) - 3));
        expect(Math.abs(decoded - value)).toBeLessThanOrEqual(Math.abs(value) > 32_000 ? 1024 : step);
      }
      for (let byte = 0; byte < 256; byte++) {
        expect(table[encode(table[byte] ?? 0)]).toBe(table[byte]);
      }
    },
  );

  it('a tone has whole packets of one length', () => {
    const { frames, rtp } = createTone('L16', { sampleRate: 16_000, channels: 2, packetMs: 40 });
    expect(rtp?.frameTicks).toBe(640);
    expect(frames.map(({ length }) => length)).toEqual(Array.from({ length: 25 }, () => 640 * 4));
    expect(frames[1]?.readInt16BE(5 * 4)).toBe(toneSample(645, 16_000));
    expect(frames[1]?.readInt16BE(5 * 4 + 2)).toBe(-toneSample(645, 16_000));
  });

  it('the Opus packets are as long as they are said to be', () => {
    expect(OPUS_TONE.map(findOpusTicks)).toEqual(OPUS_TONE.map(() => OPUS_TONE_TICKS));
  });
});
