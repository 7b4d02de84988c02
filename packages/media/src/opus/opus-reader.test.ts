import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AudioFrame } from '../audio/audio-frame.ts';
import { OPUS_FORMAT } from './opus-format.ts';
import { findOpusTicks } from './opus-packet.ts';
import { OpusReader } from './opus-reader.ts';

/** First byte of a packet: configuration number, mono, and how frames are packed. */
function toc(configuration: number, code: number): number {
  return (configuration << 3) | code;
}

describe('findOpusTicks', () => {
  it.each([
    ['SILK, 10 ms', [toc(0, 0)], 480],
    ['SILK, 20 ms', [toc(9, 0)], 960],
    ['SILK, 60 ms', [toc(11, 0)], 2880],
    ['hybrid, 10 ms', [toc(12, 0)], 480],
    ['hybrid, 20 ms', [toc(15, 0)], 960],
    ['CELT, 2.5 ms', [toc(16, 0)], 120],
    ['CELT, 20 ms', [toc(31, 0)], 960],
    ['two frames of one size', [toc(31, 1)], 1920],
    ['two frames of two sizes', [toc(31, 2)], 1920],
    ['six frames of 20 ms', [toc(31, 3), 6], 5760],
    ['frames with padding', [toc(31, 3), 0xc3], 2880],
    ['no frames', [toc(31, 3), 0], undefined],
    ['more than 120 ms', [toc(31, 3), 7], undefined],
    ['a count that is cut off', [toc(31, 3)], undefined],
    ['nothing', [], undefined],
  ])('%s', (_name, bytes, ticks) => {
    expect(findOpusTicks(Buffer.from(bytes))).toBe(ticks);
  });

  it('knows how long its own silence is', () => {
    expect(findOpusTicks(OPUS_FORMAT.silence ?? Buffer.alloc(0))).toBe(OPUS_FORMAT.frameTicks);
  });
});

describe('OpusReader', () => {
  function read(payloads: readonly Uint8Array[]) {
    const frames: AudioFrame[] = [];
    const troubles: string[] = [];
    const reader = new OpusReader({
      onFrame: (frame) => frames.push(frame),
      onTrouble: (message) => troubles.push(message),
    });
    payloads.forEach((bytes, index) => {
      const payload = Buffer.from(bytes);
      const packet = {
        payloadType: 97,
        marker: false,
        sequenceNumber: index,
        timestamp: index,
        ssrc: 1,
        payload,
      };
      reader.push(packet, 0, { wallMs: 0, monotonicMs: 0 });
      payload.fill(0);
    });
    return { frames, troubles };
  }

  it('makes each packet a frame with its own length, in a buffer of its own', () => {
    const { frames, troubles } = read([Buffer.of(toc(31, 0), 1, 2), Buffer.of(toc(16, 0), 3)]);
    expect(frames.map(({ data, ticks }) => [data.toString('hex'), ticks])).toEqual([
      ['f80102', 960],
      ['8003', 120],
    ]);
    expect(troubles).toEqual([]);
  });

  it('counts what is not Opus; padding alone is nothing', () => {
    expect(read([Buffer.of(toc(31, 3), 0), Buffer.alloc(0)])).toEqual({
      frames: [],
      troubles: ['an audio packet that is not Opus'],
    });
  });

  it('survives any payload', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (payloads) => {
        for (const { ticks = 0 } of read(payloads).frames) {
          expect(ticks).toBeGreaterThan(0);
          expect(ticks).toBeLessThanOrEqual(5760);
        }
      }),
    );
  });

  it('describes the track as dOps wants it', () => {
    expect(OPUS_FORMAT.config).toMatchObject({ codecString: 'Opus', timescale: 48_000, channels: 2 });
    expect(OPUS_FORMAT.config.decoderConfig.toString('hex')).toBe(
      '0002' + '0138' + '0000bb80' + '0000' + '00',
    );
  });
});
