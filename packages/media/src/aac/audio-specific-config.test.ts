import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MediaError } from '../media-error.ts';
import { encodeLowComplexityConfig, parseAudioSpecificConfig } from './audio-specific-config.ts';

describe('parseAudioSpecificConfig', () => {
  it.each([
    // config, codec, rate, channels, ticks per frame
    ['1188', 'mp4a.40.2', 48_000, 1, 1024], // Dahua
    ['1190', 'mp4a.40.2', 48_000, 2, 1024],
    ['1408', 'mp4a.40.2', 16_000, 1, 1024], // Reolink
    ['1588', 'mp4a.40.2', 8000, 1, 1024],
    ['119056e500', 'mp4a.40.2', 48_000, 2, 1024], // backward-compatible extension, SBR off
    ['2b920800', 'mp4a.40.5', 44_100, 2, 2048], // HE-AAC, explicit: core 22 050
    ['eb8a0800', 'mp4a.40.29', 44_100, 2, 2048], // HE-AAC v2: stereo out of one channel
    ['139056e5a0', 'mp4a.40.5', 44_100, 2, 2048], // HE-AAC behind an AAC-LC configuration
    ['138856e5a54880', 'mp4a.40.29', 44_100, 2, 2048], // HE-AAC v2 behind one
    ['139056e4', 'mp4a.40.2', 22_050, 2, 1024], // an extension that is cut off
    ['17800fa008', 'mp4a.40.2', 8000, 1, 1024], // explicit 24-bit rate
    ['1194', 'mp4a.40.2', 48_000, 2, 960], // frames of 960
    ['1180', 'mp4a.40.2', 48_000, 6, 1024], // channels from elsewhere
  ])('%s', (hex, codecString, sampleRate, channels, frameTicks) => {
    const { config, frameTicks: ticks } = parseAudioSpecificConfig(Buffer.from(hex, 'hex'), 6);
    expect([config.codecString, config.sampleRate, config.timescale, config.channels, ticks]).toEqual([
      codecString,
      sampleRate,
      sampleRate,
      channels,
      frameTicks,
    ]);
    expect(config.decoderConfig.toString('hex')).toBe(hex);
  });

  it.each([
    ['nothing', '', 'AUDIO_MALFORMED'],
    ['one byte', '11', 'AUDIO_MALFORMED'],
    ['a reserved rate', '1690', 'AUDIO_MALFORMED'],
    ['AAC main', '0990', 'CODEC_UNSUPPORTED'],
    ['an escaped type', 'f94640', 'CODEC_UNSUPPORTED'],
    ['bytes without end', '11'.repeat(100), 'AUDIO_MALFORMED'],
  ])('refuses %s', (_name, hex, code) => {
    const parse = () => parseAudioSpecificConfig(Buffer.from(hex, 'hex'), 1);
    expect(parse).toThrowError(MediaError);
    expect(parse).toThrowError(expect.objectContaining({ code }));
  });

  it('reads what it encodes', () => {
    expect(encodeLowComplexityConfig(48_000, 1)?.toString('hex')).toBe('1188');
    expect(encodeLowComplexityConfig(16_000, 1)?.toString('hex')).toBe('1408');
    expect(encodeLowComplexityConfig(90_000, 1)).toBeUndefined();
    expect(encodeLowComplexityConfig(48_000, 0)).toBeUndefined();
  });

  it('answers any bytes with a format or a MediaError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(9), (bytes, channels) => {
        try {
          const { config, frameTicks } = parseAudioSpecificConfig(Buffer.from(bytes), channels);
          expect(config.sampleRate).toBeGreaterThanOrEqual(4000);
          expect(config.channels).toBeGreaterThan(0);
          expect(frameTicks).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
      }),
    );
  });
});
