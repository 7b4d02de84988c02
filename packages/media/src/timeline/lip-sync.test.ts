import { describe, expect, it } from 'vitest';
import { LipSync } from './lip-sync.ts';
import { TrackClock } from './track-clock.ts';

/** Both tracks at 1 tick per ms; the first pictures arrive together when `videoDelayMs` passed, then they are on time. */
function makeTracks(videoDelayMs: number) {
  const video = new TrackClock(1000, 1000);
  const audio = new TrackClock(1000, 1000);
  video.place(0, videoDelayMs);
  audio.place(0, 0);
  return { video, audio, videoDelayMs };
}

/** Runs `seconds` of frames; returns by how much video was moved. */
function run(
  { video, audio, videoDelayMs }: ReturnType<typeof makeTracks>,
  seconds: number,
  report?: { video: number; audio: number },
): number {
  const sync = new LipSync(video, audio);
  const before = video.offsetMs ?? 0;
  for (let timeMs = 40; timeMs <= seconds * 1000; timeMs += 40) {
    video.place(timeMs, Math.max(timeMs, videoDelayMs));
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
    ['a little late at the start, by arrival', 200, -200],
    ['late at the start, by arrival', 600, -600],
  ])('%s', (_name, delay, expected) => {
    const moved = run(makeTracks(delay), 60);
    expect(Math.abs(moved - expected)).toBeLessThanOrEqual(6);
  });

  it.each([
    ['agrees: nothing to do', { video: 1_000_000, audio: 1_000_000 }, 0],
    ['video is 150 ms later in truth', { video: 1_000_150, audio: 1_000_000 }, 150],
    ['nonsense: not believed', { video: 9_000_000, audio: 1_000_000 }, 0],
    ['video is 600 ms later, which no encoder is: not believed', { video: 1_000_600, audio: 1_000_000 }, 0],
  ])('sender reports: %s', (_name, report, expected) => {
    const moved = run(makeTracks(0), 60, report);
    expect(Math.abs(moved - expected)).toBeLessThanOrEqual(6);
  });

  it('remembers what reports said when they stop', () => {
    const tracks = makeTracks(0);
    const sync = new LipSync(tracks.video, tracks.audio);
    const play = (fromMs: number, toMs: number, hasReports: boolean) => {
      for (let timeMs = fromMs; timeMs < toMs; timeMs += 40) {
        tracks.video.place(timeMs, timeMs);
        tracks.audio.place(timeMs, timeMs);
        if (hasReports && timeMs % 1000 === 0) {
          tracks.video.onSenderReport(timeMs, timeMs + 1_000_150);
          tracks.audio.onSenderReport(timeMs, timeMs + 1_000_000);
        }
        sync.correct(40);
      }
    };
    const before = tracks.video.offsetMs ?? 0;
    play(40, 60_000, true);
    play(60_000, 300_000, false);
    expect(tracks.video.reportOffsetMs).toBeUndefined();
    expect(Math.abs((tracks.video.offsetMs ?? 0) - before - 150)).toBeLessThanOrEqual(6);
  });

  it('moves slowly', () => {
    expect(run(makeTracks(600), 5)).toBeGreaterThan(-600 * 0.2);
  });
});
