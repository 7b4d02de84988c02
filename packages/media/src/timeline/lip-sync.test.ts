import { describe, expect, it } from 'vitest';
import { LipSync } from './lip-sync.ts';
import { TrackClock } from './track-clock.ts';

/** Both tracks at 1 tick per ms; video arrives `videoDelayMs` late at first, then on time. */
function makeTracks(videoDelayMs: number) {
  const video = new TrackClock(1000, 1000);
  const audio = new TrackClock(1000, 1000);
  video.place(0, videoDelayMs);
  audio.place(0, 0);
  return { video, audio };
}

/** Runs `seconds` of frames; returns by how much video was moved. */
function run(
  { video, audio }: ReturnType<typeof makeTracks>,
  seconds: number,
  report?: { video: number; audio: number },
): number {
  const sync = new LipSync(video, audio);
  const before = video.offsetMs ?? 0;
  for (let timeMs = 40; timeMs <= seconds * 1000; timeMs += 40) {
    video.place(timeMs, timeMs);
    audio.place(timeMs, timeMs);
    if (report !== undefined && timeMs % 1000 === 0) {
      video.onSenderReport(timeMs, timeMs + report.video);
      audio.onSenderReport(timeMs, timeMs + report.audio);
    }
    sync.correct(40);
  }
  return (video.offsetMs ?? 0) - before;
}

describe('LipSync', () => {
  it.each([
    ['on time', 0, 0],
    ['a little late: tolerated', 200, 0],
    ['late at the start, by arrival', 600, -600],
  ])('%s', (_name, delay, expected) => {
    const moved = run(makeTracks(delay), 60);
    expect(Math.abs(moved - expected)).toBeLessThanOrEqual(6);
  });

  it.each([
    ['agrees: nothing to do', { video: 1_000_000, audio: 1_000_000 }, 0],
    ['video is 150 ms later in truth', { video: 1_000_150, audio: 1_000_000 }, 150],
    ['nonsense: not believed', { video: 9_000_000, audio: 1_000_000 }, 0],
  ])('sender reports: %s', (_name, report, expected) => {
    const moved = run(makeTracks(0), 60, report);
    expect(Math.abs(moved - expected)).toBeLessThanOrEqual(6);
  });

  it('moves slowly', () => {
    expect(run(makeTracks(600), 5)).toBeGreaterThan(-600 * 0.2);
  });
});
