import { describe, expect, it } from 'vitest';
import { parseAudioSpecificConfig } from '../aac/audio-specific-config.ts';
import { flacFormat } from '../flac/flac-format.ts';
import { OPUS_FORMAT } from '../opus/opus-format.ts';
import type { Sample } from '../sample.ts';
import { AudioTimeline } from './audio-timeline.ts';
import { TrackClock } from './track-clock.ts';
import { WallClock } from './wall-clock.ts';

const FORMAT = parseAudioSpecificConfig(Buffer.from('1408', 'hex'), 1); // 16 kHz mono: 64 ms a frame
const FRAME = 1024;

/** Dates frames with these RTP timestamps, each arriving when it is due unless told otherwise. */
function date(frames: readonly (number | readonly [timestamp: number, arrivalMs: number])[]): Sample[] {
  const samples: Sample[] = [];
  const timeline = new AudioTimeline(new TrackClock(16_000, 16_000), new WallClock(), FORMAT, (sample) =>
    samples.push(sample),
  );
  for (const each of frames) {
    const [timestamp, arrivalMs] = typeof each === 'number' ? [each, each / 16] : each;
    timeline.push({ data: Buffer.of(0xaa), timestamp, arrival: { wallMs: 0, monotonicMs: arrivalMs } });
  }
  return samples;
}

/** Start of each sample in frames after the first; `s` marks silence. */
function describeSamples(samples: readonly Sample[]): string[] {
  const first = samples[0]?.dts ?? 0;
  return samples.map(({ dts, data }) => `${(dts - first) / FRAME}${data.length === 1 ? '' : 's'}`);
}

describe('AudioTimeline', () => {
  it.each<[string, readonly number[], readonly string[]]>([
    ['exact timestamps', [0, 1024, 2048], ['0', '1', '2']],
    ['timestamps rounded to 10 ms', [0, 960, 2080, 3040], ['0', '1', '2', '3']],
    ['equal timestamps of two frames', [0, 0, 2048], ['0', '1', '2']],
    ['a hole of two frames', [0, 1024, 4096, 5120], ['0', '1', '2s', '3s', '4', '5']],
    ['a hole too long to fill', [0, 1024, 1024 * 41], ['0', '1', '41']],
    ['frames whose time is taken', [0, 1024, 2048, 3072, 1024, 4096], ['0', '1', '2', '3', '4']],
  ])('%s', (_name, timestamps, expected) => {
    expect(describeSamples(date(timestamps))).toEqual(expected);
  });

  it('lets the G.711 of a frame go along, and has none for silence of its own', () => {
    const samples: Sample[] = [];
    const format = flacFormat(8000, 1, 'PCMU');
    const timeline = new AudioTimeline(new TrackClock(8000, 8000), new WallClock(), format, (sample) =>
      samples.push(sample),
    );
    for (const timestamp of [0, 320, 1280]) {
      const arrival = { wallMs: 0, monotonicMs: timestamp / 8 };
      timeline.push({ data: Buffer.of(1), timestamp, arrival, g711: Buffer.of(timestamp >> 4) });
    }
    expect(samples.map(({ g711 }) => g711?.[0])).toEqual([0, 20, undefined, undefined, 80]);
  });

  it('goes on by arrival after a jump', () => {
    const samples = date([
      [0, 0],
      [1024, 64],
      [900_000_000, 128],
      [900_001_024, 192],
    ]);
    expect(describeSamples(samples)).toEqual(['0', '1', '2', '3']);
  });

  it('frames of lengths of their own follow each other, and holes are filled with whole frames of silence', () => {
    const samples: Sample[] = [];
    const timeline = new AudioTimeline(
      new TrackClock(48_000, 48_000),
      new WallClock(),
      OPUS_FORMAT,
      (sample) => samples.push(sample),
    );
    const push = (timestamp: number, ticks: number) =>
      timeline.push({
        data: Buffer.of(0xaa),
        timestamp,
        ticks,
        arrival: { wallMs: 0, monotonicMs: timestamp / 48 },
      });
    push(0, 2880);
    push(2880, 120);
    push(3000, 5760);
    push(3000 + 5760 + 6 * 960, 960); // 120 ms of nothing
    const first = samples[0]?.dts ?? 0;
    expect(samples.map(({ dts, duration }) => [dts - first, duration])).toEqual([
      [0, 2880],
      [2880, 120],
      [3000, 5760],
      ...[0, 1, 2, 3, 4, 5].map((index) => [8760 + index * 960, 960]),
      [8760 + 6 * 960, 960],
    ]);
    expect(samples.filter(({ data }) => data === OPUS_FORMAT.silence)).toHaveLength(6);
  });

  it('every sample is one frame long, a sync sample, presented when decoded', () => {
    for (const sample of date([0, 1024, 9000])) {
      expect(sample).toMatchObject({ kind: 'audio', duration: FRAME, keyframe: true, pts: sample.dts });
    }
  });
});
