import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessUnit } from '../video/access-unit.ts';
import { VIDEO } from '../fmp4/testing-configs.ts';
import { TrackClock } from './track-clock.ts';
import { VideoTimeline, type TimedPicture } from './video-timeline.ts';
import { WallClock } from './wall-clock.ts';

interface Frame {
  /** RTP timestamp, ms. */
  readonly rtpMs: number;
  readonly arrivalMs?: number;
  readonly type?: 'key' | 'p' | 'b';
  readonly afterLoss?: boolean;
}

/** Dates frames of a camera whose SPS states a reordering, or leaves it open. */
function date(frames: readonly Frame[], reorder: number | 'open' = 0): TimedPicture[] {
  const pictures: TimedPicture[] = [];
  const timeline = new VideoTimeline(new TrackClock(90_000, 90_000), new WallClock(), (picture) =>
    pictures.push(picture),
  );
  const knownReorder = reorder === 'open' ? undefined : reorder;
  const active = { config: VIDEO, knownReorder, frameMbsOnly: true };
  frames.forEach(({ rtpMs, arrivalMs = rtpMs, type = 'p', afterLoss = false }, index) => {
    const unit: AccessUnit = {
      data: Buffer.of(index),
      timestamp: ((rtpMs * 90) % 2 ** 32) >>> 0,
      keyframe: index === 0 || type === 'key',
      bidirectional: type === 'b',
      afterLoss,
      active,
      arrival: { wallMs: 1_000_000 + arrivalMs, monotonicMs: arrivalMs },
    };
    timeline.push(unit);
  });
  return pictures;
}

function steady(count: number, fromMs = 0): Frame[] {
  return Array.from({ length: count }, (_, index) => ({ rtpMs: fromMs + index * 40 }));
}

/** I P B B in decode order, 40 ms apart when shown. */
function withBFrames(groups: number): Frame[] {
  const frames: Frame[] = [{ rtpMs: 0, arrivalMs: 0, type: 'key' }];
  for (let group = 0; group < groups; group++) {
    for (const [frame, type] of [
      [3, 'p'],
      [1, 'b'],
      [2, 'b'],
    ] as const) {
      frames.push({ rtpMs: (group * 3 + frame) * 40, arrivalMs: frames.length * 40, type });
    }
  }
  return frames;
}

describe('VideoTimeline', () => {
  it('dates a plain camera at once: no frame is held back', () => {
    const pictures = date(steady(10));
    expect(pictures).toHaveLength(10);
    for (const [index, { sample }] of pictures.entries()) {
      expect([sample.dts, sample.pts, sample.duration]).toEqual([900_000 + index * 3600, sample.dts, 3600]);
      expect(sample.wallMs).toBe(1_000_000 + index * 40);
    }
  });

  it('learns the usual duration, and is not misled by a single gap', () => {
    const slow = Array.from({ length: 8 }, (_, index) => ({ rtpMs: index * 100 + (index > 5 ? 900 : 0) }));
    expect(date(slow).map(({ sample }) => sample.duration / 90)).toEqual([
      40, 100, 100, 100, 100, 100, 100, 100,
    ]);
  });

  it.each([
    ['stated by the SPS', 1],
    ['seen in the first pictures', 'open'],
  ] as const)('dates B-frames: reordering %s', (_name, knownReorder) => {
    const pictures = date(withBFrames(5), knownReorder);
    expect(pictures.map(({ sample }) => (sample.dts - 900_000) / 3600)).toEqual(
      Array.from({ length: 16 }, (_, index) => index - 1),
    );
    for (const { sample } of pictures) expect(sample.pts).toBeGreaterThanOrEqual(sample.dts);
    expect(pictures[0]?.config.maxReorder).toBe(1);
  });

  it('waits for three pictures when reordering is open, and finds none', () => {
    expect(date(steady(2), 'open')).toHaveLength(0);
    expect(date(steady(3), 'open').map(({ sample }) => sample.dts - sample.pts)).toEqual([0, 0, 0]);
  });

  it('corrects a time that goes back without a B slice', () => {
    const pictures = date(
      [0, 40, 30, 120].map((rtpMs) => ({ rtpMs })),
      'open',
    );
    expect(pictures.map(({ sample }) => sample.pts - 900_000)).toEqual([0, 3600, 3601, 10_800]);
  });

  it.each<[string, Frame, string | undefined]>([
    [
      'a long hole where pictures were lost',
      { rtpMs: 3000, type: 'key', afterLoss: true },
      'pictures were lost',
    ],
    ['a short hole where pictures were lost', { rtpMs: 700, type: 'key', afterLoss: true }, undefined],
    ['a long hole that the camera made', { rtpMs: 3000, type: 'key' }, undefined],
    [
      'a jump at a key frame',
      { rtpMs: 9_000_000, arrivalMs: 400, type: 'key' },
      'the camera changed its clock',
    ],
    ['a jump elsewhere, which is bridged', { rtpMs: 9_000_000, arrivalMs: 400 }, undefined],
  ])('discontinuity: %s', (_name, frame, expected) => {
    const pictures = date([...steady(10), frame]);
    expect(pictures.map(({ discontinuity }) => discontinuity).filter(Boolean)).toEqual(
      expected === undefined ? [] : [expected],
    );
    expect(pictures.at(-1)?.discontinuity).toBe(expected);
  });

  it('bridges a jump in the middle of a GOP by arrival', () => {
    const pictures = date([
      ...steady(10),
      { rtpMs: 9_000_000, arrivalMs: 400 },
      { rtpMs: 9_000_040, arrivalMs: 440 },
    ]);
    expect(pictures.slice(-2).map(({ sample }) => sample.dts)).toEqual([900_000 + 36_000, 900_000 + 39_600]);
  });

  it('a camera that goes back for ever, a little each time, stays within what a file can say', () => {
    const frames = Array.from({ length: 2000 }, (_, index) => {
      return { rtpMs: 9_000_000 - index * 1900, arrivalMs: 9_000_000 + index, type: 'b' as const };
    });
    const offsets = date(frames, 'open').map(({ sample }) => Math.abs(sample.pts - sample.dts));
    expect(Math.max(...offsets)).toBeLessThanOrEqual(900_000); // 10 s
  });

  it('keeps its promises whatever a camera does', () => {
    const frame = fc.record({
      rtpMs: fc.oneof(
        fc.integer({ min: -100, max: 200 }),
        fc.constant(0),
        fc.integer({ min: -100_000, max: 40_000_000 }),
      ),
      stepMs: fc.integer({ min: 0, max: 5000 }),
      type: fc.constantFrom('key' as const, 'p' as const, 'b' as const),
      afterLoss: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 80 }),
        fc.constantFrom('open' as const, 0, 1, 4),
        (made, knownReorder) => {
          let rtpMs = 1_000_000_000;
          let arrivalMs = 0;
          const frames = made.map(({ rtpMs: step, stepMs, type, afterLoss }) => {
            rtpMs += step;
            arrivalMs += stepMs;
            return { rtpMs: Math.max(0, rtpMs), arrivalMs, type, afterLoss: afterLoss && type === 'key' };
          });
          let lastDts = -1;
          let lastWallMs = 0;
          for (const { sample, discontinuity } of date(frames, knownReorder)) {
            expect(
              Number.isInteger(sample.dts) &&
                Number.isInteger(sample.pts) &&
                Number.isInteger(sample.duration),
            ).toBe(true);
            expect(sample.dts).toBeGreaterThan(lastDts);
            expect(sample.pts).toBeGreaterThanOrEqual(0);
            expect(Math.abs(sample.pts - sample.dts)).toBeLessThanOrEqual(900_000); // 10 s
            expect(sample.duration).toBeGreaterThan(0);
            expect(sample.wallMs).toBeGreaterThanOrEqual(lastWallMs);
            if (discontinuity !== undefined) expect(sample.keyframe).toBe(true);
            lastDts = sample.dts;
            lastWallMs = sample.wallMs;
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
