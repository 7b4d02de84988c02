import { describe, expect, it } from 'vitest';
import { WallClock } from './wall-clock.ts';

/** Feeds frames 40 ms apart from `fromMs` to `toMs` of media, arriving by `arrivalOf`; returns the last wall time. */
function feed(
  clock: WallClock,
  fromMs: number,
  toMs: number,
  arrivalOf: (mediaMs: number) => number,
): number {
  let wall = Number.NEGATIVE_INFINITY;
  for (let mediaMs = fromMs; mediaMs < toMs; mediaMs += 40) {
    clock.add(mediaMs, arrivalOf(mediaMs));
    wall = clock.findWallMs(mediaMs) ?? Number.NaN;
  }
  return wall;
}

describe('WallClock', () => {
  it('knows nothing at first', () => {
    expect(new WallClock().findWallMs(5)).toBeUndefined();
  });

  it('is arrival without its jitter', () => {
    const wall = feed(new WallClock(), 0, 10_000, (mediaMs) => 1_000_000 + mediaMs + (mediaMs % 7) * 10);
    expect(Math.abs(wall - (1_000_000 + 9960))).toBeLessThan(25);
  });

  it('recovers from a late first burst', () => {
    const wall = feed(new WallClock(), 0, 2000, (mediaMs) => 1_000_000 + Math.max(mediaMs, 800));
    expect(wall).toBe(1_000_000 + 1960);
  });

  it('follows a clock that is stepped forward after a while, not at once', () => {
    const clock = new WallClock();
    feed(clock, 0, 10_000, (mediaMs) => mediaMs);
    expect(feed(clock, 10_000, 12_000, (mediaMs) => mediaMs + 3_600_000)).toBeLessThan(12_100);
    expect(feed(clock, 12_000, 16_000, (mediaMs) => mediaMs + 3_600_000)).toBe(15_960 + 3_600_000);
  });

  it('keeps rising when the clock is stepped back', () => {
    const clock = new WallClock();
    let last = feed(clock, 0, 10_000, (mediaMs) => 10_000_000 + mediaMs);
    for (let mediaMs = 10_000; mediaMs < 20_000; mediaMs += 40) {
      clock.add(mediaMs, 10_000_000 + mediaMs - 3_600_000);
      const wall = clock.findWallMs(mediaMs) ?? 0;
      expect(wall).toBeGreaterThan(last);
      last = wall;
    }
  });
});
