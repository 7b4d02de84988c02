import { describe, expect, it } from 'vitest';
import { PictureWatch } from './picture-watch.ts';

describe('PictureWatch', () => {
  it('sees motion when position and picture count both go on', () => {
    const watch = new PictureWatch(0);
    expect(watch.observe({ positionS: 100, frames: 0 }, 500)).toBe(false);
    expect(watch.observe({ positionS: 100.5, frames: 10 }, 1_000)).toBe(true);
    expect(watch.ageMs(1_200)).toBe(200);
  });

  it.each([
    ['sound goes on over a frozen picture', { positionS: 11, frames: 5 }],
    ['the position stands still', { positionS: 10, frames: 9 }],
    ['the position only rounds', { positionS: 10.004, frames: 9 }],
  ])('does not take for motion: %s', (_name, second) => {
    const watch = new PictureWatch(0);
    watch.observe({ positionS: 10, frames: 5 }, 0);
    expect(watch.observe(second, 500)).toBe(false);
    expect(watch.ageMs(2_000)).toBe(2_000);
  });

  it('trusts the position where pictures are not counted', () => {
    const watch = new PictureWatch(0);
    watch.observe({ positionS: 10, frames: undefined }, 0);
    expect(watch.observe({ positionS: 10.5, frames: undefined }, 500)).toBe(true);
  });

  it('begins anew with a new session', () => {
    const watch = new PictureWatch(0);
    watch.observe({ positionS: 10, frames: 1 }, 0);
    watch.restart(60_000);
    expect(watch.ageMs(60_000)).toBe(0);
    expect(watch.observe({ positionS: 900, frames: 50 }, 60_500)).toBe(false);
  });
});
