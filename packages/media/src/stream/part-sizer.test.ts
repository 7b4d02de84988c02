import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PartSizer } from './part-sizer.ts';

interface Cut {
  readonly playlistS: number;
  readonly targetS: number;
}

/** Runs frames through the sizer the way the muxer does and returns the parts it made. */
function cut(frames: readonly number[], wantedS = 0.5): { parts: Cut[]; sizer: PartSizer } {
  const sizer = new PartSizer(wantedS);
  const parts: Cut[] = [];
  let partS = 0;
  const close = () => {
    if (partS > 0) parts.push({ playlistS: sizer.playlistDurationS(partS), targetS: sizer.targetS });
    partS = 0;
  };
  for (const frameS of frames) {
    if (sizer.mustCloseBefore(partS, frameS)) close();
    partS += frameS;
    if (sizer.addFrame(partS, frameS)) close();
  }
  return { parts, sizer };
}

function repeat(count: number, value: number): number[] {
  return Array.from({ length: count }, () => value);
}

describe('PartSizer', () => {
  it.each([
    [30, 0.5, 0.5, 0.5],
    [25, 0.52, 0.531, 0.5],
    [20, 0.5, 0.5, 0.5],
    [15, 8 / 15, 0.544, 0.5],
    [12, 0.5, 0.5, 0.5],
    [5, 0.6, 0.612, 0.5],
    [1, 1, 1.02, 0.5],
    [0.5, 2, 2.04, 0.5],
    [25, 0.2, 0.2, 0.2],
    [10, 0.2, 0.2, 0.2],
  ])('%d fps: parts of %d s, target %d s of the wanted %d s', (fps, partS, targetS, wantedS) => {
    const { parts, sizer } = cut(repeat(200, 1 / fps), wantedS);
    expect(sizer.targetS).toBeCloseTo(targetS, 2);
    for (const part of parts) expect(part.playlistS).toBeCloseTo(partS, 5);
  });

  it('says no part is longer than the target, whatever the frames', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.001, max: 5, noNaN: true }), { maxLength: 300 }), (frames) => {
        const { parts } = cut(frames);
        for (const part of parts) expect(part.playlistS).toBeLessThanOrEqual(part.targetS + 0.001);
      }),
    );
  });

  it('fills parts to 85 % at a jittering 25 fps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.034, max: 0.046, noNaN: true }), { minLength: 100, maxLength: 300 }),
        (frames) => {
          const { parts } = cut(frames);
          for (const part of parts) expect(part.playlistS).toBeGreaterThanOrEqual(0.85 * part.targetS);
        },
      ),
    );
  });

  it('keeps its target over a pause, and follows a rate that stays low', () => {
    const steady = repeat(100, 0.04);
    const { sizer, parts } = cut([...steady, 1.8, ...steady]);
    expect(sizer.targetS).toBeCloseTo(0.531, 3);
    expect(Math.max(...parts.map((part) => part.playlistS))).toBeLessThanOrEqual(0.531);
    expect(cut([...steady, ...repeat(10, 2)]).sizer.targetS).toBeCloseTo(2.04, 2);
  });

  it('comes down again a while after the frames became short', () => {
    const { sizer } = cut([...repeat(50, 1), ...repeat(5000, 0.04)]);
    expect(sizer.targetS).toBeCloseTo(0.531, 3);
  });
});
