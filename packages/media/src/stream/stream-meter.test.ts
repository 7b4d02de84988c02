import { describe, expect, it } from 'vitest';
import { StreamMeter } from './stream-meter.ts';
import { SampleFeed, VIDEO_AND_AUDIO, type FeedOptions } from './testing-source.ts';

function measure(frames: number, options: FeedOptions = {}): StreamMeter {
  const meter = new StreamMeter();
  meter.setConfig(VIDEO_AND_AUDIO);
  for (const event of new SampleFeed(options).take(frames))
    if (event.type === 'sample') meter.addSample(event.sample);
  return meter;
}

describe('StreamMeter', () => {
  it('says size and codec at once, rates after two key frames', () => {
    expect(measure(50).video).toEqual({
      codec: 'H.264',
      codecString: 'avc1.64001e',
      width: 640,
      height: 360,
      fps: undefined,
      gopMs: undefined,
    });
    expect(measure(51).video).toMatchObject({ fps: 25, gopMs: 2000 });
    expect(measure(51).audio).toEqual({
      codec: 'AAC-LC',
      codecString: 'mp4a.40.2',
      sampleRate: 48_000,
      channels: 1,
    });
  });

  it.each([
    [25, 50, 2000],
    [15, 30, 2000],
    [12.5, 125, 10_000],
    [25, 1, 40],
  ])('%d fps with a key frame every %d frames: %d ms', (fps, gop, gopMs) => {
    expect(measure(1000, { fps, gop }).video).toMatchObject({ fps, gopMs });
  });

  it('measures the bitrate of all tracks', () => {
    const bytesPerGop = 2000 + 49 * 500;
    expect(measure(500).bitrate).toBe((bytesPerGop * 8) / 2);
    expect(measure(500, { audio: true }).bitrate ?? 0).toBeGreaterThan((bytesPerGop * 8) / 2);
  });

  it('notices reordered pictures, and key frames', () => {
    const meter = measure(51);
    expect(meter.hasReordering).toBe(false);
    expect(meter.lastKeyframeMs).toBe(Date.UTC(2026, 0, 1) + 2000);
    for (const event of new SampleFeed().take(1)) if (event.type === 'sample') meter.addSample(event.sample);
    expect(meter.hasReordering).toBe(true);
  });
});
