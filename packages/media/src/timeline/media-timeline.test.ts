import { describe, expect, it } from 'vitest';
import type { AudioFormat } from '../audio/audio-frame.ts';
import { parseAudioSpecificConfig } from '../aac/audio-specific-config.ts';
import { VIDEO } from '../fmp4/testing-configs.ts';
import type { AudioConfig, Sample } from '../sample.ts';
import { MediaTimeline } from './media-timeline.ts';

const AT_16K = parseAudioSpecificConfig(Buffer.from('1408', 'hex'), 1);
const AT_48K = parseAudioSpecificConfig(Buffer.from('1188', 'hex'), 1);

/** A timeline whose sound has a clock of 90 kHz, and says what it is in its frames unless `announced`. */
class Bench {
  readonly sounds: { readonly sample: Sample; readonly config: AudioConfig }[] = [];
  readonly pictures: Sample[] = [];
  readonly timeline: MediaTimeline;

  constructor(announced?: AudioFormat) {
    this.timeline = new MediaTimeline({
      videoClockRate: 90_000,
      audio: { clockRate: 90_000, format: announced },
      onPicture: ({ sample }) => this.pictures.push(sample),
      onSound: (sample, config) => this.sounds.push({ sample, config }),
    });
  }

  picture(atMs: number): void {
    this.timeline.pushPicture({
      data: Buffer.of(1),
      timestamp: atMs * 90,
      keyframe: true,
      bidirectional: false,
      afterLoss: false,
      active: { config: VIDEO, knownReorder: 0, frameMbsOnly: true },
      arrival: { wallMs: atMs, monotonicMs: atMs },
    });
  }

  sound(atMs: number, format?: AudioFormat): void {
    const arrival = { wallMs: atMs, monotonicMs: atMs };
    this.timeline.pushSound({ data: Buffer.of(2), timestamp: atMs * 90, format, arrival });
  }
}

describe('MediaTimeline', () => {
  it('dates sound in the timescale of its format, also when that changes', () => {
    const bench = new Bench();
    bench.picture(0);
    for (const atMs of [0, 64, 128]) bench.sound(atMs, AT_16K);
    for (const atMs of [200, 221]) bench.sound(atMs, AT_48K);
    const startMs = (bench.pictures[0]?.pts ?? 0) / 90;
    expect(bench.sounds.map(({ sample, config }) => [config.sampleRate, sample.duration])).toEqual([
      [16_000, 1024],
      [16_000, 1024],
      [16_000, 1024],
      [48_000, 1024],
      [48_000, 1024],
    ]);
    const times = bench.sounds.map(({ sample, config }) => (sample.pts * 1000) / config.timescale - startMs);
    for (const [index, expected] of [0, 64, 128, 200, 221.3].entries()) {
      expect(times[index]).toBeCloseTo(expected, 0);
    }
  });

  it('leaves out sound that nobody says what it is, and sound before the first picture', () => {
    const bench = new Bench();
    bench.sound(0, AT_16K);
    bench.picture(10);
    bench.sound(64);
    expect(bench.sounds).toEqual([]);
  });

  it('a clock that is set discredits the reports of both tracks', () => {
    // Reports say that pictures are 200 ms later than they seem; then the clock is set by 250 ms. Pictures report four times as often.
    const bench = new Bench(AT_16K);
    const skew = () => (bench.pictures.at(-1)?.pts ?? 0) / 90 - (bench.sounds.at(-1)?.sample.pts ?? 0) / 16;
    let setMs = 0;
    const play = (fromMs: number, toMs: number, setAtMs: number) => {
      for (let atMs = fromMs; atMs < toMs; atMs += 64) {
        bench.picture(atMs);
        bench.sound(atMs);
        if (atMs % 4096 === 0) bench.timeline.onSenderReport('audio', atMs * 90, atMs + setMs);
        if (atMs >= setAtMs) setMs = 250;
        if (atMs % 1024 === 0) bench.timeline.onSenderReport('video', atMs * 90, atMs + 200 + setMs);
      }
    };
    play(0, 40_960, Infinity);
    const before = skew();
    expect(before).toBeGreaterThan(190);
    let worst = 0;
    for (let atMs = 40_960; atMs < 81_920; atMs += 64) {
      play(atMs, atMs + 64, 61_440);
      worst = Math.max(worst, Math.abs(skew() - before));
    }
    expect(worst).toBeLessThan(10);
  });
});
