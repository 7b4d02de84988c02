import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeTimes } from './decode-times.ts';
import { ReorderObserver } from './reorder-observer.ts';

/** Presentation times, in frames after frame 100, to decode times in the same unit. */
function decodeTimes(reorder: number, frames: readonly number[]): number[] {
  const times = new DecodeTimes(reorder);
  return frames.map((frame) => times.next((frame + 100) * 10, 10) / 10 - 100);
}

describe('DecodeTimes', () => {
  it.each([
    ['no B-frames', 0, [0, 1, 2, 3], [0, 1, 2, 3]],
    ['two B-frames', 1, [0, 3, 1, 2, 6, 4, 5], [-1, 0, 1, 2, 3, 4, 5]],
    ['a pyramid', 2, [0, 4, 2, 1, 3, 8, 6, 5, 7], [-2, -1, 0, 1, 2, 3, 4, 5, 6]],
    ['uneven frames', 1, [0, 5, 1, 20, 7], [-1, 0, 1, 5, 7]],
    ['more reordering announced than there is', 2, [0, 1, 2, 3], [-2, -1, 0, 1]],
    ['equal times', 0, [0, 0, 0], [0, 0.1, 0.2]],
  ])('%s', (_name, reorder, frames, expected) => {
    const times = decodeTimes(reorder, frames);
    times.forEach((time, index) => expect(time).toBeCloseTo(expected[index] ?? Number.NaN));
  });

  it('never goes below zero', () => {
    const times = new DecodeTimes(3);
    expect([5, 35, 15, 25, 65].map((pts) => times.next(pts, 10))).toEqual([0, 1, 2, 5, 15]);
  });

  it('does not give times from before a gap to pictures behind it', () => {
    const times = new DecodeTimes(1);
    for (const pts of [1000, 1030, 1010, 1020]) times.next(pts, 10);
    times.restart();
    expect([9000, 9030, 9010, 9020].map((pts) => times.next(pts, 10))).toEqual([8990, 9000, 9010, 9020]);
  });

  it('recovers when the camera reorders more than was known', () => {
    const times = new DecodeTimes(0);
    const observer = new ReorderObserver();
    const frames = Array.from({ length: 30 }, (_, gop) =>
      [0, 3, 1, 2].map((frame) => 1000 + (gop * 3 + frame) * 10),
    ).flat();
    const shown = frames.filter((pts, index) => frames.indexOf(pts) === index);
    const late = shown.map((pts) => {
      times.raiseReorder(observer.add(pts));
      return times.next(pts, 10) - pts;
    });
    expect(times.reorder).toBe(1);
    expect(late.slice(6).every((ms) => ms <= 0)).toBe(true);
  });

  it('gives rising times, none later than the presentation, for any true reordering', () => {
    // Swapping within groups of at most R + 1 pictures reorders by at most R.
    const groups = fc.array(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(groups, fc.integer({ min: 3, max: 16 }), (made, reorder) => {
        const times = new DecodeTimes(reorder);
        const frames = [0, ...made.flatMap((group, index) => group.map((frame) => index * 4 + frame + 1))];
        let last = -1;
        for (const frame of frames) {
          const pts = 100_000 + frame * 3600;
          const dts = times.next(pts, 3600);
          expect(dts).toBeGreaterThan(last);
          expect(dts).toBeLessThanOrEqual(pts);
          last = dts;
        }
      }),
    );
  });
});
