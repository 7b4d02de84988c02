import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { describe, expect, it } from 'vitest';
import { findBox, readBoxes } from '../fmp4/box-reader.ts';
import { VIDEO, videoSample } from '../fmp4/testing-configs.ts';
import type { MediaEvent, StreamConfig } from '../sample.ts';
import { BlockPool } from './block-pool.ts';
import { DEFAULT_LIMITS, type EngineLimits } from './engine-limits.ts';
import { LiveMuxer, type CurrentInit } from './live-muxer.ts';
import { MediaWindow, type MediaPart, type MediaSegment } from './media-window.ts';
import { SampleFeed, VIDEO_AND_AUDIO, VIDEO_ONLY, type FeedOptions } from './testing-source.ts';

const FIRST = 1_767_225_600;
const OTHER_SIZE: StreamConfig = { video: { ...VIDEO, width: 1280, height: 720 }, audio: undefined };

class Rig {
  readonly clock = new VirtualClock();
  readonly window: MediaWindow;
  readonly muxer: LiveMuxer;
  readonly parts: MediaPart[] = [];
  readonly segments: MediaSegment[] = [];
  readonly frames: { readonly body: Buffer; readonly keyframe: boolean }[] = [];
  readonly inits: CurrentInit[] = [];
  /** What the sink was told, in order. */
  readonly calls: string[] = [];
  wantsFrames = false;

  constructor(limits: Partial<EngineLimits> = {}) {
    const all = { ...DEFAULT_LIMITS, windowSegments: 100, ...limits };
    this.window = new MediaWindow(all, new BlockPool());
    this.muxer = new LiveMuxer({
      clock: this.clock,
      window: this.window,
      limits: all,
      firstSequence: FIRST,
      sink: {
        onInit: (init) => {
          this.inits.push(init);
          this.calls.push('init');
        },
        onBreak: () => this.calls.push('break'),
        onFrame: (body, keyframe) => this.frames.push({ body, keyframe }),
        wantsFrames: () => this.wantsFrames,
        onPart: (part, finished) => {
          this.parts.push(part);
          if (finished) this.segments.push(finished);
        },
      },
    });
  }

  configure(config: StreamConfig = VIDEO_ONLY): void {
    this.muxer.push({ type: 'config', config });
  }

  /** Pushes `frames` frames in real time. */
  async feed(feed: SampleFeed, frames: number, fps = 25): Promise<void> {
    for (let frame = 0; frame < frames; frame++) {
      for (const event of feed.next()) this.muxer.push(event);
      await this.clock.advance(1000 / fps);
    }
  }
}

async function run(frames: number, options: FeedOptions = {}, config = VIDEO_ONLY): Promise<Rig> {
  const rig = new Rig();
  rig.configure(config);
  await rig.feed(new SampleFeed(options), frames, options.fps);
  return rig;
}

/** First decode time of a fragment's track, in ticks. */
function decodeTime(fragment: Buffer, trackFragment = 0): bigint | undefined {
  const moof = readBoxes(fragment).find((box) => box.type === 'moof');
  const traf = moof?.children.filter((box) => box.type === 'traf')[trackFragment];
  return traf && findBox([traf], 'traf/tfdt')?.content.readBigUInt64BE(4);
}

describe('sound around a key frame after a break', () => {
  it('begins before the picture, and is no more than that', async () => {
    const rig = new Rig();
    rig.configure(VIDEO_AND_AUDIO);
    const feed = new SampleFeed({ audio: true });
    // Sound of two seconds without its pictures, then the second key frame.
    for (const event of feed.take(50))
      if (event.type === 'sample' && event.sample.kind === 'audio') rig.muxer.push(event);
    await rig.feed(feed, 25);
    const body = rig.parts[0]?.file.copy() ?? Buffer.alloc(0);
    const videoS = Number(decodeTime(body) ?? 0n) / VIDEO.timescale;
    const soundS = Number(decodeTime(body, 1) ?? 0n) / 48_000;
    expect(videoS).toBeGreaterThan(0);
    expect(soundS).toBeLessThanOrEqual(videoS);
    expect(soundS).toBeGreaterThan(videoS - 0.1);
  });
});

describe('cutting', () => {
  it('ends segments at key frames and parts at their target', async () => {
    const rig = await run(151);
    expect(rig.segments.map((segment) => [segment.sequence, segment.durationS])).toEqual([
      [FIRST, 2],
      [FIRST + 1, 2],
      [FIRST + 2, 2],
    ]);
    expect(rig.parts.slice(0, 4).map((part) => part.independent)).toEqual([true, false, false, false]);
    const body = rig.segments[0]?.file?.copy();
    expect(body?.equals(Buffer.concat(rig.segments[0]?.parts.map((part) => part.file.copy()) ?? []))).toBe(
      true,
    );
  });

  it.each([
    [1, 2],
    [12, 1.92],
    [25, 2],
    [40, 1.6],
    [75, 3],
    [250, 10],
  ])('key frames every %d frames make segments of %d s', async (gop, durationS) => {
    const rig = await run(gop * 3 + 120, { gop });
    for (const segment of rig.segments) {
      expect(segment.independent).toBe(true);
      expect(segment.durationS).toBeLessThanOrEqual(Math.max(durationS, 2) + 0.001);
      expect(segment.durationS).toBeGreaterThanOrEqual(1.5);
    }
    if (gop >= 25) expect(rig.segments[0]?.durationS).toBeCloseTo(durationS, 5);
  });

  it('cuts without a key frame when there is none for too long, and says so', async () => {
    const rig = await run(600, { gop: 100_000 });
    expect(rig.segments[0]?.durationS).toBeCloseTo(20, 0);
    expect(rig.segments[0]?.independent).toBe(true);
    expect(rig.window.open?.independent).toBe(false);
  });

  it('waits for a key frame', async () => {
    const rig = new Rig();
    rig.configure();
    const feed = new SampleFeed({ gop: 10 });
    feed.next();
    await rig.feed(feed, 9);
    expect(rig.window.open).toBeUndefined();
    await rig.feed(feed, 1);
    expect(rig.window.open?.sequence).toBe(FIRST);
  });

  it('lists segments as long as their pictures are apart, whatever was estimated', async () => {
    const rig = new Rig();
    rig.configure();
    // Every other picture is 1 tick after the one before: the estimates are wrong all the time.
    for (let frame = 0; frame < 260; frame++) {
      const dts = 90_000 + (frame >> 1) * 7200 + (frame & 1);
      const sample = videoSample({ dts, pts: dts, duration: 3600, keyframe: frame % 50 === 0 });
      rig.muxer.push({ type: 'sample', sample });
      await rig.clock.advance(40);
    }
    expect(rig.segments.map((segment) => segment.durationS)).toEqual([2, 2, 2, 2, 2]);
    const parts = rig.segments[1]?.parts.reduce((sum, part) => sum + part.durationS, 0) ?? 0;
    expect(parts).toBeGreaterThan(1.8);
    expect(parts).toBeLessThan(2.3);
  });

  it('counts a picture that is missing as time', async () => {
    const rig = new Rig();
    rig.configure();
    const feed = new SampleFeed();
    await rig.feed(feed, 20);
    feed.take(10); // 400 ms that the camera left out: bridged
    await rig.feed(feed, 71);
    expect(rig.segments[0]?.durationS).toBe(2);
    expect(rig.calls).toEqual(['init']);
  });

  it('carries audio in the part that is open', async () => {
    const rig = await run(60, { audio: true }, VIDEO_AND_AUDIO);
    const moof = readBoxes(rig.parts[0]?.file.copy() ?? Buffer.alloc(0)).find((box) => box.type === 'moof');
    expect(moof?.children.filter((box) => box.type === 'traf')).toHaveLength(2);
  });
});

describe('a change of configuration', () => {
  it('starts a segment with a new init segment and a discontinuity, on one timeline', async () => {
    const rig = new Rig();
    rig.configure();
    await rig.feed(new SampleFeed(), 60);
    rig.configure(OTHER_SIZE);
    await rig.feed(new SampleFeed(), 60);
    expect(rig.calls).toEqual(['init', 'break', 'init']);
    expect(rig.inits.map((init) => init.name)).toEqual([`init-${FIRST}.mp4`, `init-${FIRST + 1}.mp4`]);
    const [, cutShort, next] = [...rig.segments];
    expect(cutShort).toMatchObject({
      sequence: FIRST + 1,
      initName: `init-${FIRST}.mp4`,
      discontinuity: false,
    });
    expect(cutShort?.durationS).toBeCloseTo(0.4, 5);
    expect(next).toMatchObject({
      sequence: FIRST + 2,
      initName: `init-${FIRST + 1}.mp4`,
      discontinuity: true,
    });
    expect(decodeTime(next?.file?.copy() ?? Buffer.alloc(0))).toBe(BigInt(90_000 + 60 * 3600));
  });

  it('does nothing when the configuration is the same', async () => {
    const rig = new Rig();
    rig.configure();
    const feed = new SampleFeed();
    await rig.feed(feed, 60);
    rig.configure({ ...VIDEO_ONLY });
    await rig.feed(feed, 60);
    expect(rig.calls).toEqual(['init']);
    expect(rig.segments.every((segment) => !segment.discontinuity)).toBe(true);
  });

  it('goes from H.264 to H.265 and back with an init segment for each, where a decoder is told', async () => {
    const rig = new Rig();
    const h265: StreamConfig = {
      video: { ...VIDEO, codec: 'h265', codecString: 'hvc1.1.6.L93.B0', decoderConfig: Buffer.alloc(23, 1) },
      audio: undefined,
    };
    const feed = new SampleFeed();
    for (const config of [VIDEO_ONLY, h265, VIDEO_ONLY]) {
      rig.configure(config);
      await rig.feed(feed, 100);
    }
    rig.muxer.break();
    expect(rig.calls).toEqual(['init', 'break', 'init', 'break', 'init']);
    const entries = rig.inits.map(({ body }) => /avc1|hvc1/.exec(body.toString('latin1'))?.[0]);
    expect(entries).toEqual(['avc1', 'hvc1', 'avc1']);
    expect(rig.segments.map(({ initName, discontinuity }) => [initName, discontinuity])).toEqual([
      [rig.inits[0]?.name, false],
      [rig.inits[0]?.name, false],
      [rig.inits[1]?.name, true],
      [rig.inits[1]?.name, false],
      [rig.inits[2]?.name, true],
      [rig.inits[2]?.name, false],
    ]);
    // media time goes on as if nothing had happened
    expect(decodeTime(rig.segments[2]?.file?.copy() ?? Buffer.alloc(0))).toBe(BigInt(90_000 + 100 * 3600));
  });

  it('keeps showing the picture until the key frame with which sound begins', async () => {
    const rig = new Rig();
    rig.configure();
    const feed = new SampleFeed({ audio: true });
    await rig.feed(feed, 60);
    rig.configure(VIDEO_AND_AUDIO);
    await rig.feed(feed, 45);
    expect(rig.segments.map((segment) => segment.durationS)).toEqual([2, 2]);
    expect(rig.inits).toHaveLength(2);
  });

  it('does not let numbers run ahead of time when a camera changes all the time', async () => {
    const rig = new Rig();
    for (let round = 0; round < 100; round++) {
      rig.configure(round % 2 === 0 ? VIDEO_ONLY : OTHER_SIZE);
      await rig.feed(new SampleFeed({ gop: 1 }), 2);
    }
    const elapsedS = 100 * 2 * 0.04;
    expect(rig.muxer.nextSequence).toBeLessThanOrEqual(FIRST + elapsedS + 1);
    expect(rig.muxer.nextSequence).toBeGreaterThan(FIRST + 3);
  });
});

describe('a break', () => {
  it('continues the timeline where it ended, marked as a discontinuity', async () => {
    const rig = new Rig();
    rig.configure();
    await rig.feed(new SampleFeed(), 80);
    rig.muxer.push({ type: 'discontinuity', reason: 'the test says so' });
    await rig.feed(new SampleFeed(), 60);
    expect(rig.calls).toEqual(['init', 'break']);
    const next = rig.segments.at(-1);
    expect(next?.discontinuity).toBe(true);
    expect(next?.initName).toBe(`init-${FIRST}.mp4`);
    expect(decodeTime(next?.file?.copy() ?? Buffer.alloc(0))).toBe(BigInt(90_000 + 80 * 3600));
  });

  it('is made of a hole before a key frame', async () => {
    const rig = new Rig();
    rig.configure();
    const feed = new SampleFeed();
    await rig.feed(feed, 80);
    feed.take(20);
    await rig.feed(feed, 60);
    expect(rig.calls).toEqual(['init', 'break']);
    expect(rig.segments.map((segment) => segment.discontinuity)).toEqual([false, false, true]);
  });

  it('is not made of a frame or two that are missing', async () => {
    const rig = new Rig();
    rig.configure();
    const feed = new SampleFeed();
    await rig.feed(feed, 80);
    feed.take(3);
    await rig.feed(feed, 60);
    expect(rig.calls).toEqual(['init']);
  });
});

describe('frames', () => {
  it('are made only while wanted, and start with what the open part has', async () => {
    const rig = new Rig();
    rig.configure(VIDEO_AND_AUDIO);
    const feed = new SampleFeed({ audio: true });
    await rig.feed(feed, 55);
    expect(rig.frames).toHaveLength(0);
    rig.wantsFrames = true;
    rig.muxer.startFrames();
    const joined = rig.muxer.encodeOpenPart();
    expect(joined?.startsWithKeyframe).toBe(true);
    expect(decodeTime(joined?.body ?? Buffer.alloc(0))).toBe(BigInt(90_000 + 50 * 3600));
    await rig.feed(feed, 50);
    expect(rig.frames.filter((frame) => frame.keyframe)).toHaveLength(1);
    const video = rig.frames.map((frame) => decodeTime(frame.body)).filter((dts) => dts !== undefined);
    expect(video[0]).toBe(BigInt(90_000 + 55 * 3600));
    expect(decodeTime(rig.frames.find((frame) => frame.keyframe)?.body ?? Buffer.alloc(0))).toBe(
      BigInt(90_000 + 100 * 3600),
    );
  });

  it('together hold each sample once', async () => {
    const rig = new Rig();
    rig.wantsFrames = true;
    rig.configure(VIDEO_AND_AUDIO);
    const feed = new SampleFeed({ audio: true });
    const events: MediaEvent[] = feed.take(150);
    for (const event of events) {
      rig.muxer.push(event);
      await rig.clock.advance(10);
    }
    rig.muxer.break();
    const count = (bodies: readonly Buffer[]) => bodies.reduce((sum, body) => sum + countSamples(body), 0);
    expect(count(rig.frames.map((frame) => frame.body))).toBe(events.length);
    expect(count(rig.parts.map((part) => part.file.copy()))).toBe(events.length);
  });

  it('of a camera with thousands of pictures a second go out several at once, and none is lost', async () => {
    const rig = new Rig();
    rig.wantsFrames = true;
    rig.configure();
    const feed = new SampleFeed({ fps: 10_000, gop: 5_000, keyframeBytes: 10, frameBytes: 10 });
    for (let at = 0; at < 3_000; at++) {
      for (let frame = 0; frame < 10; frame++) for (const event of feed.next()) rig.muxer.push(event);
      await rig.clock.advance(1);
    }
    rig.muxer.break();
    // 125 a second, what a burst may have, and the end of each part
    expect(rig.frames.length).toBeLessThan(3 * 125 + 250 + rig.parts.length + 1);
    expect(rig.frames.reduce((sum, frame) => sum + countSamples(frame.body), 0)).toBe(30_000);
    expect(rig.frames.filter((frame) => frame.keyframe).length).toBeGreaterThanOrEqual(2);
  });

  it('of a camera whose time runs away go out several at once, and so do parts', async () => {
    const rig = new Rig();
    rig.wantsFrames = true;
    rig.configure();
    // half a second of media in each picture, ten pictures in a millisecond
    const feed = new SampleFeed({ fps: 2, gop: 5_000, keyframeBytes: 10, frameBytes: 10 });
    for (let at = 0; at < 1_000; at++) {
      for (let frame = 0; frame < 10; frame++) for (const event of feed.next()) rig.muxer.push(event);
      await rig.clock.advance(1);
    }
    expect(rig.frames.length + rig.parts.length).toBeLessThan(2 * (125 + 250));
  });
});

function countSamples(fragment: Buffer): number {
  const moof = readBoxes(fragment).find((box) => box.type === 'moof');
  const trafs = moof?.children.filter((box) => box.type === 'traf') ?? [];
  return trafs.reduce((sum, traf) => sum + (findBox([traf], 'traf/trun')?.content.readUInt32BE(4) ?? 0), 0);
}

describe('a source that breaks its word', () => {
  it('loses the pictures whose decode times do not rise, and nothing else', () => {
    const rig = new Rig();
    rig.configure();
    for (const dts of [90_000, 93_600, 90_000, 93_600, 97_200, 1, 100_800]) {
      const sample = videoSample({ dts, pts: dts, keyframe: dts === 90_000 });
      rig.muxer.push({ type: 'sample', sample });
    }
    expect(() => rig.muxer.break()).not.toThrow();
    expect(rig.parts).toHaveLength(1);
    expect(rig.parts[0]?.durationS).toBeCloseTo(4 / 25, 2);
  });
});
