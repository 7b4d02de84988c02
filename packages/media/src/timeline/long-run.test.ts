/** Days with cameras whose clocks are not ours: what comes out stays in sync, in order and on time. See `stream/testing-camera.ts`. */
import { describe, expect, it } from 'vitest';
import { runCamera, type VirtualCamera } from '../stream/testing-camera.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Picture and sound part by less than this, ms, half of it because pictures take 20 ms longer: nobody sees it. */
const SKEW_MS = 40;
/** Days take a second or two; on a machine that is busy, more. */
const TIMEOUT_MS = 60_000;
/** Frames fine enough to see what becomes of each. */
const FINE = { fps: 10, soundMs: 40 };
const settling = (untilMs: number) => (atMs: number) => atMs < untilMs;
/** A new anchor has the jitter of one frame in it until more of them came. */
const afterJumps = (everyMs: number) => (atMs: number) => atMs > everyMs / 2 && atMs % everyMs < 30_000;

const CAMERAS: readonly (readonly [string, VirtualCamera])[] = [
  ['true clocks and no sender reports', { hours: 6 }],
  ['a crystal 200 ppm fast: 17 s a day', { hours: 48, videoPpm: 200, audioPpm: 200 }],
  ['two crystals that part by 400 ppm', { hours: 24, videoPpm: -200, audioPpm: 200 }],
  [
    'the same with reports, from a camera whose pictures take 110 ms longer than its sound',
    {
      hours: 24,
      videoPpm: 200,
      audioPpm: -200,
      videoDelayMs: 150,
      cameraClockErrorMs: () => 0,
      excuse: settling(MINUTE),
    },
  ],
  [
    'a clock that stands in 1970',
    { hours: 2, videoDelayMs: 150, cameraClockErrorMs: () => -56 * 365 * DAY, excuse: settling(MINUTE) },
  ],
  [
    'a clock that is months ahead, in a time zone taken for UTC',
    { hours: 2, videoDelayMs: 150, cameraClockErrorMs: () => 90 * DAY + 7 * HOUR, excuse: settling(MINUTE) },
  ],
  [
    'a clock that is set by 400 ms now and then, between two reports',
    {
      ...FINE,
      hours: 2,
      videoDelayMs: 150,
      cameraClockErrorMs: (atMs) => Math.floor((atMs - 1) / (7 * MINUTE)) * 400,
      excuse: settling(MINUTE),
    },
  ],
  [
    'a clock that is set back by an hour now and then',
    {
      hours: 6,
      videoDelayMs: 150,
      cameraClockErrorMs: (atMs) => -Math.floor((atMs - 1) / (17 * MINUTE)) * HOUR,
      excuse: settling(MINUTE),
    },
  ],
  [
    'reports that never agree',
    { hours: 2, cameraClockErrorMs: (atMs) => (Math.floor(atMs / 5000) % 2) * 300 },
  ],
  [
    'timestamps that wrap at once, and twice more in 28 hours',
    { hours: 28, videoPpm: 50, audioPpm: 50, videoStart: 2 ** 32 - 90_000, audioStart: 2 ** 32 - 16_000 },
  ],
  [
    'timestamps that jump two hours ahead, the sound a second and a half later',
    {
      ...FINE,
      hours: 1,
      videoPpm: 100,
      audioPpm: 100,
      videoJumpMs: (atMs) => (atMs > HOUR / 2 ? 2 * HOUR : 0),
      audioJumpMs: (atMs) => (atMs > HOUR / 2 + 1500 ? 2 * HOUR : 0),
      excuse: afterJumps(HOUR / 2),
    },
  ],
  [
    'timestamps that jump back by 0.9 s every five minutes',
    {
      ...FINE,
      hours: 1,
      videoJumpMs: (atMs) => -Math.floor(atMs / (5 * MINUTE)) * 900,
      audioJumpMs: (atMs) => -Math.floor(atMs / (5 * MINUTE)) * 900,
      jitterMs: 15,
      excuse: afterJumps(5 * MINUTE),
    },
  ],
  [
    'pictures that jump every two hours while both clocks drift',
    {
      hours: 9,
      videoPpm: 200,
      audioPpm: 200,
      videoJumpMs: (atMs) => Math.floor(atMs / (2 * HOUR)) * 100_000,
      jitterMs: 15,
      excuse: afterJumps(2 * HOUR),
    },
  ],
  [
    'timestamps that stand still',
    { hours: 4, audioPpm: 200, countVideo: () => 1234, excuse: settling(MINUTE) },
  ],
  [
    'timestamps that stand still after five hours of drift',
    {
      hours: 7,
      videoPpm: 200,
      audioPpm: 200,
      countVideo: (frame) => Math.round(Math.min(frame, 18_000) * 90_018),
      excuse: (atMs) => atMs > 5 * HOUR - MINUTE && atMs < 5 * HOUR + MINUTE,
    },
  ],
  [
    'a clock at half the announced rate',
    { hours: 4, audioPpm: 200, countVideo: (frame) => frame * 45_000, excuse: settling(MINUTE) },
  ],
  [
    'a clock 8 % fast',
    {
      hours: 4,
      jitterMs: 20,
      countVideo: (frame) => Math.round(frame * 90_000 * 1.08),
      excuse: settling(5 * MINUTE),
    },
  ],
  [
    'two pictures of one timestamp, always',
    { hours: 0.5, fps: 25, soundMs: 40, countVideo: (frame) => (frame >> 1) * 7200 },
  ],
  [
    'sound that begins after four hours',
    { hours: 6, videoPpm: 200, audioPpm: 200, hasSound: (atMs) => atMs > 4 * HOUR },
  ],
];

describe('a camera with', { timeout: TIMEOUT_MS }, () => {
  it.each(CAMERAS)('%s', (_name, camera) => {
    const run = runCamera(camera);
    expect(run.pictures).toBeGreaterThan(1000);
    expect(run.sounds).toBeGreaterThan(1000);
    expect(run.disordered).toBe(0);
    expect(run.soundSeams).toBe(0);
    expect(run.worstSkewMs).toBeLessThan(SKEW_MS);
    expect(run.worstWallMs).toBeLessThan(100);
    expect(run.worstDateMs).toBeLessThan(100);
    expect(run.worstSeamMs).toBeLessThan(50);
  });

  it('a crystal 200 ppm fast keeps its own time, and dates stay right nevertheless', () => {
    const { driftMs } = runCamera({ hours: 24, videoPpm: 200, audioPpm: 200 });
    expect(driftMs).toBeGreaterThan(17_000);
    expect(driftMs).toBeLessThan(17_500);
  });

  it('sound of every other minute comes back where it belongs', () => {
    const camera = { ...FINE, hours: 1, videoPpm: 200, audioPpm: 200 };
    const run = runCamera({ ...camera, hasSound: (atMs) => Math.floor(atMs / MINUTE) % 2 === 0 });
    expect(run.disordered).toBe(0);
    expect(run.soundSeams).toBe(29);
    expect(run.worstSkewMs).toBeLessThan(SKEW_MS);
  });
});
