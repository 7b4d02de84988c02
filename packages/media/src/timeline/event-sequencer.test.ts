import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { describe, expect, it } from 'vitest';
import { AUDIO, VIDEO, audioSample, videoSample } from '../fmp4/testing-configs.ts';
import type { AudioConfig, MediaEvent, VideoConfig } from '../sample.ts';
import { EventSequencer, SOUND_GONE_MS, SOUND_WAIT_MS } from './event-sequencer.ts';

class Bench {
  readonly clock = new VirtualClock();
  readonly events: MediaEvent[] = [];
  readonly sequencer: EventSequencer;

  constructor(sound: 'announced' | 'unknown' | 'none' = 'announced') {
    const audio = sound === 'none' ? undefined : sound === 'unknown' ? sound : AUDIO;
    this.sequencer = new EventSequencer({
      clock: this.clock,
      audio,
      onEvent: (event) => this.events.push(event),
    });
  }

  picture(seconds: number, keyframe: boolean, config: VideoConfig = VIDEO, discontinuity?: string): void {
    const time = seconds * 90_000;
    this.sequencer.pushPicture({
      sample: videoSample({ dts: time, pts: time, keyframe }),
      config,
      discontinuity,
    });
  }

  sound(seconds: number, config?: AudioConfig): void {
    this.sequencer.noteSound(config);
    this.sequencer.pushSound(audioSample({ dts: seconds * 48_000, pts: seconds * 48_000 }), config);
  }

  /** Events as words, and forgets them. */
  take(): string {
    const words = this.events.map((event) => {
      if (event.type === 'config') return event.config.audio === undefined ? 'CONFIG-V' : 'CONFIG-AV';
      if (event.type === 'discontinuity') return 'DISCONTINUITY';
      if (event.type !== 'sample') return event.type;
      return event.sample.kind === 'audio' ? 'a' : event.sample.keyframe ? 'K' : 'p';
    });
    this.events.length = 0;
    return words.join(' ');
  }
}

describe('EventSequencer', () => {
  it('starts at once without an announced sound track', () => {
    const bench = new Bench('none');
    bench.picture(1, true);
    expect(bench.take()).toBe('CONFIG-V K');
  });

  it('waits for sound that only its frames describe, and follows when they change', async () => {
    const bench = new Bench('unknown');
    bench.picture(1, true);
    expect(bench.take()).toBe('');
    bench.sound(1.1, AUDIO);
    expect(bench.take()).toBe('CONFIG-AV K a');
    const other = { ...AUDIO, channels: 2 };
    bench.sound(1.2, other); // not in the config: from the next key frame on
    bench.picture(1.3, false);
    bench.picture(1.4, true);
    bench.sound(1.5, other);
    bench.sound(1.6, AUDIO);
    expect(bench.take()).toBe('p CONFIG-AV K a');
    await bench.clock.advance(SOUND_GONE_MS + 1);
    bench.picture(5, true);
    expect(bench.take()).toBe('CONFIG-V K');
  });

  it('does not wait for ever for sound that never says what it is', async () => {
    const bench = new Bench('unknown');
    bench.picture(1, true);
    await bench.clock.advance(SOUND_WAIT_MS);
    expect(bench.take()).toBe('CONFIG-V K');
  });

  it('starts at once when sound was heard before the first key frame', () => {
    const bench = new Bench();
    bench.sound(1);
    bench.picture(1, true);
    bench.sound(1.1);
    expect(bench.take()).toBe('CONFIG-AV K a');
  });

  it('waits for announced sound, in order', async () => {
    const bench = new Bench();
    bench.picture(1, true);
    bench.picture(1.04, false);
    await bench.clock.advance(SOUND_WAIT_MS - 1);
    expect(bench.take()).toBe('');
    bench.sound(1.05);
    bench.picture(1.08, false);
    expect(bench.take()).toBe('CONFIG-AV K p a p');
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('goes on without sound that does not come, and takes it in at the next key frame', async () => {
    const bench = new Bench();
    bench.picture(1, true);
    await bench.clock.advance(SOUND_WAIT_MS);
    expect(bench.take()).toBe('CONFIG-V K');
    bench.sound(3);
    bench.picture(3.04, false);
    bench.sound(3.06);
    expect(bench.take()).toBe('p');
    bench.picture(4, true);
    bench.sound(4.01);
    expect(bench.take()).toBe('CONFIG-AV K a');
  });

  it('drops the sound track at a key frame once it fell silent', async () => {
    const bench = new Bench();
    bench.sound(1);
    bench.picture(1, true);
    await bench.clock.advance(SOUND_GONE_MS + 1);
    bench.picture(4, false);
    bench.picture(5, true);
    expect(bench.take()).toBe('CONFIG-AV K p CONFIG-V K');
  });

  it('puts a discontinuity and a new config before the key frame', () => {
    const bench = new Bench();
    bench.sound(1);
    bench.picture(1, true);
    bench.picture(9, true, { ...VIDEO, width: 1280 }, 'pictures were lost');
    bench.picture(10, true, VIDEO);
    expect(bench.take()).toBe('CONFIG-AV K DISCONTINUITY CONFIG-AV K CONFIG-AV K');
  });

  it('keeps the config object while nothing changes', () => {
    const bench = new Bench();
    bench.sound(1);
    for (let second = 1; second < 5; second++) bench.picture(second, true);
    expect(bench.take()).toBe('CONFIG-AV K K K K');
  });

  it('leaves out sound from before the first picture', () => {
    const bench = new Bench();
    bench.sound(0.5);
    bench.picture(1, true);
    bench.sound(0.9);
    bench.sound(1.01);
    expect(bench.take()).toBe('CONFIG-AV K a');
  });

  it('holds a bounded number of pictures while it waits', () => {
    const bench = new Bench();
    bench.picture(1, true);
    for (let index = 1; index < 1000; index++) bench.picture(1 + index / 1000, false);
    expect(bench.events.length).toBeGreaterThan(900);
  });

  it('says nothing after it was closed', async () => {
    const bench = new Bench();
    bench.picture(1, true);
    bench.sequencer.close();
    bench.sound(1.1);
    bench.picture(2, true);
    await bench.clock.advance(SOUND_WAIT_MS);
    expect(bench.take()).toBe('');
  });
});
