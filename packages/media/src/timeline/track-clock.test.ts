import { describe, expect, it } from 'vitest';
import { MEDIA_ORIGIN_MS, TrackClock } from './track-clock.ts';

const FRAME = 3600; // 40 ms at 90 kHz
const ms = (ticks: number) => ticks / 90;

/** Media times (ms after the origin) of frames given as [RTP timestamp, arrival ms]. */
function place(clock: TrackClock, frames: readonly (readonly [number, number])[]) {
  return frames.map(([timestamp, arrivalMs]) => {
    const { ticks, jumped } = clock.place(timestamp, arrivalMs);
    return { at: Math.round(ms(ticks) - MEDIA_ORIGIN_MS), jumped };
  });
}

/** `count` frames, 40 ms apart in both clocks. */
function steady(count: number, timestamp = 0, arrivalMs = 0): [number, number][] {
  return Array.from({ length: count }, (_, index) => [
    (timestamp + index * FRAME) % 2 ** 32,
    arrivalMs + index * 40,
  ]);
}

describe('TrackClock', () => {
  it('follows timestamps, not the jitter of arrival, across the wrap', () => {
    const frames = steady(20, 2 ** 32 - 5 * FRAME).map(
      ([timestamp, arrival], index) => [timestamp, arrival + (index % 3) * 15] as const,
    );
    expect(place(new TrackClock(90_000, 90_000), frames).map(({ at }) => at)).toEqual(
      Array.from({ length: 20 }, (_, index) => index * 40),
    );
  });

  it('starts where the earliest arrival so far points', () => {
    const clock = new TrackClock(90_000, 90_000);
    for (const [timestamp, arrival] of [
      [0, 500],
      [FRAME, 510],
      [2 * FRAME, 520],
    ] as const)
      clock.observe(timestamp, arrival);
    expect(place(clock, [[3 * FRAME, 700]])[0]?.at).toBe(520 + 40);
  });

  it('steps back for B-frames without calling it a jump', () => {
    const frames = [
      [0, 0],
      [3 * FRAME, 40],
      [FRAME, 80],
      [2 * FRAME, 120],
    ] as const;
    expect(place(new TrackClock(90_000, 90_000), frames)).toEqual(
      [0, 120, 40, 80].map((at) => ({ at, jumped: false })),
    );
  });

  it.each([
    ['ahead by an hour', 90_000 * 3600],
    ['back by an hour', 2 ** 32 - 90_000 * 3600],
    ['back by three seconds', 2 ** 32 - 90_000 * 3],
  ])('anchors anew by arrival when timestamps jump %s', (_name, jump) => {
    const placed = place(new TrackClock(90_000, 90_000), [
      ...steady(10),
      ...steady(10, 10 * FRAME + jump, 400),
    ]);
    expect(placed.map(({ at }) => at)).toEqual(Array.from({ length: 20 }, (_, index) => index * 40));
    expect(placed.map(({ jumped }) => jumped).indexOf(true)).toBe(10);
    expect(placed.filter(({ jumped }) => jumped)).toHaveLength(1);
  });

  it('takes a pause for a pause, and a network stall for nothing', () => {
    const pause = place(new TrackClock(90_000, 90_000), [...steady(3), ...steady(3, 90_000 * 20, 20_000)]);
    expect(pause.map(({ at, jumped }) => [at, jumped]).slice(3)).toEqual([
      [20_000, false],
      [20_040, false],
      [20_080, false],
    ]);
    const stall = place(new TrackClock(90_000, 90_000), [
      [0, 0],
      [FRAME, 40],
      [2 * FRAME, 8000],
      [3 * FRAME, 8001],
      [4 * FRAME, 8002],
    ]);
    expect(stall.map(({ at }) => at)).toEqual([0, 40, 80, 120, 160]);
  });

  it('uses arrival when all timestamps are equal', () => {
    const clock = new TrackClock(90_000, 90_000);
    const placed = place(
      clock,
      steady(100).map(([, arrival]) => [1234, arrival]),
    );
    expect(clock.usesArrival).toBe(true);
    expect(Math.abs((placed.at(-1)?.at ?? 0) - 99 * 40)).toBeLessThan(250);
  });

  it('uses arrival when timestamps run at half the rate', () => {
    const clock = new TrackClock(90_000, 90_000);
    const placed = place(
      clock,
      steady(1000).map(([timestamp, arrival]) => [timestamp / 2, arrival]),
    );
    expect(clock.usesArrival).toBe(true);
    const steps = placed.slice(501).map(({ at }, index) => at - (placed[index + 500]?.at ?? 0));
    for (const step of steps) expect(Math.abs(step - 40)).toBeLessThan(5);
  });

  it.each([
    ['ahead', 390],
    ['back', -390],
  ])('steps of seconds %s, each too small for a jump, do not lead away for long', (_name, stepMs) => {
    const clock = new TrackClock(90_000, 90_000);
    const frames = Array.from(
      { length: 3000 },
      (_, index) => [10 ** 9 + index * stepMs * 90, index * 40] as const,
    );
    const placed = place(clock, frames);
    expect(clock.usesArrival).toBe(true);
    expect(Math.abs((placed.at(-1)?.at ?? 0) - 2999 * 40)).toBeLessThan(1000);
  });

  it('does not give up on timestamps because the network is slow for a while', () => {
    const clock = new TrackClock(90_000, 90_000);
    place(clock, steady(200));
    place(
      clock,
      steady(50, 200 * FRAME, 20_000).map(([timestamp], index) => [timestamp, 20_000 + index * 2]),
    ); // caught up
    place(clock, steady(200, 250 * FRAME, 20_100));
    expect(clock.usesArrival).toBe(false);
  });

  it('believes sender reports once two agree, and forgets them after a jump', () => {
    const clock = new TrackClock(90_000, 90_000);
    place(clock, steady(10));
    clock.onSenderReport(0, 5000);
    expect(clock.reportOffsetMs).toBeUndefined();
    clock.onSenderReport(90_000, 6010);
    expect(clock.reportOffsetMs).toBeCloseTo(5002.5); // a quarter of what it says beyond the first
    clock.onSenderReport(180_000, 99_000);
    expect(clock.reportOffsetMs).toBeUndefined();
    clock.onSenderReport(270_000, 100_000);
    expect(clock.reportOffsetMs).toBeCloseTo(97_000);
    place(clock, steady(1, 90_000 * 4000, 400));
    expect(clock.reportOffsetMs).toBeUndefined();
  });

  it.each([
    ['back, where nothing is reordered', -900, false, true],
    ['back, where pictures may be', -900, true, false],
    ['ahead, to earlier than anything came', 900, false, true],
  ])('a step of 900 ms %s', (_name, stepMs, mayGoBack, expected) => {
    const clock = new TrackClock(90_000, 90_000);
    place(clock, steady(100, 90_000 * 100));
    const timestamp = 90_000 * 100 + 100 * FRAME + stepMs * 90;
    expect(clock.place(timestamp, 4000, mayGoBack).jumped).toBe(expected);
  });

  it('a camera that drops pictures after a stall is not one that jumps', () => {
    const clock = new TrackClock(90_000, 90_000);
    const placed = place(clock, [
      ...steady(100),
      [102 * FRAME, 7000],
      [176 * FRAME, 7040],
      [177 * FRAME, 7080],
    ]);
    expect(placed.some(({ jumped }) => jumped)).toBe(false);
  });

  it('says when a report contradicts the one before, and does not believe old ones', () => {
    const clock = new TrackClock(90_000, 90_000);
    place(clock, steady(10));
    expect(clock.onSenderReport(0, 5000)).toBe(false);
    expect(clock.onSenderReport(90_000, 6000)).toBe(false);
    place(clock, steady(1, 60 * 90_000, 60_000));
    expect(clock.reportOffsetMs).toBeCloseTo(5000);
    place(clock, steady(1, 70 * 90_000, 70_000));
    expect(clock.reportOffsetMs).toBeUndefined();
    expect(clock.onSenderReport(70 * 90_000, 0)).toBe(true);
  });

  it('knows how far it leads arrival, and keeps that over a jump', () => {
    const clock = new TrackClock(90_000, 90_000);
    place(clock, steady(10));
    clock.shift(5000);
    expect(clock.leadMs).toBeCloseTo(5000);
    const [jumped] = place(clock, steady(1, 90_000 * 4000, 400));
    expect(jumped?.at).toBeCloseTo(5400);
    expect(clock.leadMs).toBeCloseTo(5000);
  });

  it('takes over the lead of the other track', () => {
    const clock = new TrackClock(90_000, 90_000, () => 17_000);
    expect(place(clock, steady(1))[0]?.at).toBe(17_000);
    const equal = steady(200, 0, 440).map(([, arrival]) => [77, arrival] as const);
    expect(Math.abs((place(clock, equal).at(-1)?.at ?? 0) - 17_000 - 440 - 199 * 40)).toBeLessThan(50);
    expect(clock.usesArrival).toBe(true);
  });

  it.each([
    ['3 % fast', 1.03, true],
    ['10 % slow', 0.9, true],
    ['drifting by 500 ppm', 1.0005, false],
  ])('a clock that is %s: by arrival is %s', (_name, rate, expected) => {
    const clock = new TrackClock(90_000, 90_000);
    place(
      clock,
      steady(3000).map(([timestamp, arrival]) => [Math.round(timestamp * rate), arrival] as const),
    );
    expect(clock.usesArrival).toBe(expected);
  });
});
