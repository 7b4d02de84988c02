import { describe, expect, it } from 'vitest';
import { decodeWithFfmpeg, hasFfmpeg } from './decode-with-ffmpeg.ts';
import { createSyntheticClip, encodeSyntheticVideo, silentAudio } from './synthetic-clip.ts';

describe('createSyntheticClip', () => {
  it('is a clip of the size, rate and key frame distance asked for', () => {
    const { video, audio } = createSyntheticClip({ width: 160, height: 96, fps: 15, pictures: 30, gop: 10 });
    expect(video.spsFields).toMatchObject({ widthMbs: 10, heightMbs: 6 });
    expect(video.pictures.flatMap((picture, at) => (picture.keyframe ? [at] : []))).toEqual([0, 10, 20]);
    expect(audio).toBeUndefined();
  });

  it('reaches a bit rate with filler', () => {
    const { video } = createSyntheticClip({
      width: 64,
      height: 48,
      pictures: 25,
      gop: 25,
      fillerBytes: 10_000,
    });
    const bytes = video.pictures.flatMap((picture) => picture.nals).reduce((sum, nal) => sum + nal.length, 0);
    expect(bytes).toBeGreaterThan(250_000);
    expect(bytes).toBeLessThan(270_000);
  });

  it.each([
    [1, '1408', '00c80007'],
    [2, '1410', '2064000190000e'],
  ] as const)('has silence for %i channels', (channels, config, frame) => {
    const audio = silentAudio({ sampleRate: 16_000, channels });
    expect(audio.config.toString('hex')).toBe(config);
    expect(audio.frames[0]?.toString('hex')).toBe(frame);
  });

  it.each([{ width: 100 }, { height: 50 }, { height: 48, barRows: 3 }])('refuses %o', (options) => {
    expect(() => createSyntheticClip(options)).toThrow(RangeError);
  });
});

describe.skipIf(!hasFfmpeg)('the synthetic clip, decoded by ffmpeg', () => {
  const options = { width: 160, height: 96, pictures: 12, gop: 6 };

  it.each([{}, { barRows: 2 }, { fillerBytes: 500 }])('shows what was drawn, with %o', (extra) => {
    const { luma, complaints } = decodeWithFfmpeg(encodeSyntheticVideo({ ...options, ...extra }), 160, 96);
    expect(complaints).toBe('');
    expect(luma).toHaveLength(12);
    luma.forEach((picture, index) => {
      // Ten blocks of 8×8 pixels near the bottom count the pictures; the field around them is grey.
      const counted = Array.from(
        { length: 10 },
        (_, bit) => picture[(96 - 17) * 160 + 8 + bit * 12 + 3] ?? -1,
      );
      expect(counted.map((grey) => (grey > 128 ? 1 : 0)).join('')).toBe(index.toString(2).padStart(10, '0'));
      for (const grey of counted)
        expect(Math.min(Math.abs(grey - 235), Math.abs(grey - 16))).toBeLessThanOrEqual(6);
      expect(Math.abs((picture[(96 - 7) * 160 + 4] ?? -1) - 96)).toBeLessThanOrEqual(6);
    });
  });
});
