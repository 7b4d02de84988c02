/**
 * Sound from a camera's socket to a file that an independent decoder reads: uncompressed sound sample for sample, the other
 * codecs in their right length; and what becomes of sound that is not there, comes late or ends.
 */
import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { describe, expect, it } from 'vitest';
import { encodeFragment } from './fmp4/fragment.ts';
import { encodeInitSegment } from './fmp4/init-segment.ts';
import { A_LAW, MU_LAW } from './g711/g711.ts';
import { openRtspSource } from './rtsp-source.ts';
import type { MediaEvent, Sample, StreamConfig } from './sample.ts';
import {
  createOpusTone,
  createTone,
  encodeALaw,
  encodeMuLaw,
  packAsLatm,
  toneSample,
} from './testing/clip-sound.ts';
import type { ClipAudio } from './testing/clip.ts';
import { decodeSound } from './testing/decode-sound.ts';
import { hasFfmpeg } from './testing/decode-with-ffmpeg.ts';
import { openFakeCamera, type FakeCamera } from './testing/fake-camera.ts';
import type { FakeFaults } from './testing/fake-faults.ts';
import { createSyntheticClip } from './testing/synthetic-clip.ts';

/** Each plays in half a second; on a machine that is busy, longer. */
const TIMEOUT_MS = 30_000;
const PICTURES = createSyntheticClip({ width: 64, height: 64, gop: 25, pictures: 50 });
const AAC = createSyntheticClip({
  width: 64,
  height: 64,
  gop: 25,
  pictures: 25,
  audio: { sampleRate: 48_000, channels: 1 },
}).audio;

interface PlayOptions {
  readonly seconds?: number;
  readonly faults?: Partial<FakeFaults>;
  /** Called before each second. */
  readonly onSecond?: (second: number, camera: FakeCamera) => void;
  /** What the operator set. */
  readonly wantsAudio?: boolean;
}

interface Played {
  readonly configs: readonly StreamConfig[];
  readonly samples: readonly Sample[];
  readonly events: readonly MediaEvent[];
  /** Tracks that were set up. */
  readonly setups: number;
}

/** Plays a camera with this sound on virtual time. */
async function play(audio: ClipAudio | undefined, options: PlayOptions = {}): Promise<Played> {
  const { seconds = 5, faults = {}, onSecond, wantsAudio } = options;
  const clock = new VirtualClock();
  const clip = { video: PICTURES.video, audio };
  await using camera = await openFakeCamera({ mounts: [{ path: '/live', clip }], clock, faults });
  const events: MediaEvent[] = [];
  await using _source = await openRtspSource({
    source: {
      url: camera.url(),
      username: undefined,
      password: undefined,
      ...(wantsAudio === undefined ? {} : { audio: wantsAudio }),
    },
    onEvent: (event) => events.push(event),
    clock,
    logger: silentLogger,
    signal: new AbortController().signal,
  });
  for (let step = 0; step < seconds * 25; step++) {
    if (step % 25 === 0) onSecond?.(step / 25, camera);
    await clock.advance(40);
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    events,
    setups: camera.counters.requests['SETUP'] ?? 0,
    configs: events.flatMap((event) => (event.type === 'config' ? [event.config] : [])),
    samples: events.flatMap((event) => (event.type === 'sample' ? [event.sample] : [])),
  };
}

function soundOf({ samples }: Played): readonly Sample[] {
  return samples.filter(({ kind }) => kind === 'audio');
}

/** The sound alone, as an MP4. */
function encodeMp4(played: Played): Buffer {
  const config = { video: undefined, audio: played.configs[0]?.audio };
  const { header, payload } = encodeFragment(1, config, soundOf(played));
  return Buffer.concat([encodeInitSegment(config), header, ...payload]);
}

function expectContiguous(sound: readonly Sample[]): void {
  for (const [index, sample] of sound.slice(1).entries()) {
    const before = sound[index];
    expect(sample.dts).toBe((before?.dts ?? 0) + (before?.duration ?? 0));
  }
}

describe('sound of a camera in', { timeout: TIMEOUT_MS }, () => {
  it.each<[string, ClipAudio | undefined, string, number, number]>([
    ['µ-law', createTone('PCMU'), 'fLaC', 8000, 1],
    ['µ-law in packets of 40 ms', createTone('PCMU', { packetMs: 40 }), 'fLaC', 8000, 1],
    ['A-law at 16 kHz, stereo', createTone('PCMA', { sampleRate: 16_000, channels: 2 }), 'fLaC', 16_000, 2],
    ['L16', createTone('L16', { sampleRate: 44_100, channels: 2 }), 'fLaC', 44_100, 2],
    ['PCM', createTone('PCM', { sampleRate: 48_000 }), 'fLaC', 48_000, 1],
    ['Opus', createOpusTone(), 'Opus', 48_000, 2],
    ['AAC', AAC, 'mp4a.40.2', 48_000, 1],
    ['LATM', AAC && packAsLatm(AAC, 'sdp'), 'mp4a.40.2', 48_000, 1],
    ['LATM that tells in the stream', AAC && packAsLatm(AAC, 'in-band'), 'mp4a.40.2', 48_000, 1],
  ])('%s', async (_name, audio, codecString, sampleRate, channels) => {
    const played = await play(audio);
    expect(played.configs).toHaveLength(1);
    expect(played.configs[0]?.audio).toMatchObject({ codecString, sampleRate, channels });
    const sound = soundOf(played);
    expectContiguous(sound);
    const seconds = sound.reduce((sum, { duration }) => sum + duration, 0) / sampleRate;
    expect(seconds).toBeGreaterThan(4.6);
    expect(seconds).toBeLessThan(5.2);
    if (!hasFfmpeg) return;
    const { samples, complaints } = decodeSound(encodeMp4(played));
    expect(complaints).toBe('');
    expect(samples.length / channels / sampleRate).toBeCloseTo(seconds, 1);
  });

  it.skipIf(!hasFfmpeg).each([
    ['PCMU', (value: number) => MU_LAW[encodeMuLaw(value)] ?? 0],
    ['PCMA', (value: number) => A_LAW[encodeALaw(value)] ?? 0],
    ['L16', (value: number) => value],
  ] as const)('%s is decoded to the very samples that were sent', async (encoding, lossOf) => {
    const { samples } = decodeSound(encodeMp4(await play(createTone(encoding))));
    expect(samples.length).toBeGreaterThan(8000 * 4.6);
    // A loop of one second, which may be joined anywhere: whole frames of 320 samples from packets of 160.
    const tone = Array.from({ length: 8000 }, (_, at) => lossOf(toneSample(at, 8000)));
    const starts = Array.from({ length: 50 }, (_, packet) => packet * 160);
    const fits = (start: number) => samples.every((sample, at) => sample === tone[(start + at) % 8000]);
    expect(starts.filter(fits).length).toBeGreaterThan(0);
  });

  it.skipIf(!hasFfmpeg)('µ-law keeps its length when packets are lost', async () => {
    const played = await play(createTone('PCMU'), { seconds: 10, faults: { lossRate: 0.05 } });
    expectContiguous(soundOf(played));
    const { samples, complaints } = decodeSound(encodeMp4(played));
    expect(complaints).toBe('');
    expect(samples.length / 8000).toBeGreaterThan(9.3);
    expect(samples.length / 8000).toBeLessThan(10.2);
  });
});

describe('sound that is', { timeout: TIMEOUT_MS }, () => {
  it('announced and never sent: the picture plays without, after a short wait', async () => {
    const { configs, samples } = await play(createTone('PCMU'), { faults: { audioSilent: true } });
    expect(configs.map(({ audio }) => audio)).toEqual([undefined]);
    expect(samples.filter(({ kind }) => kind === 'video').length).toBeGreaterThan(4 * 25);
  });

  it('late: a new configuration at the next key frame; gone: another one', async () => {
    const { configs, samples } = await play(createTone('PCMU'), {
      seconds: 14,
      faults: { audioSilent: true },
      onSecond: (second, camera) => camera.setFault({ audioSilent: second < 4 || second >= 8 }),
    });
    expect(configs.map(({ audio }) => audio?.codecString)).toEqual([undefined, 'fLaC', undefined]);
    expect(samples.filter(({ kind }) => kind === 'audio').length).toBeGreaterThan(2 * 25);
  });

  it('not wanted: it is not set up', async () => {
    expect((await play(createTone('PCMU'))).setups).toBe(2);
    const { configs, setups } = await play(createTone('PCMU'), { wantsAudio: false });
    expect(setups).toBe(1);
    expect(configs.map(({ audio }) => audio)).toEqual([undefined]);
  });

  it('of another camera clock, which is set now and then: in sync with the picture and without a hole', async () => {
    const played = await play(createTone('PCMU'), {
      seconds: 60,
      faults: { clockDriftPpm: 200, audioDriftPpm: -400, reportErrorMs: -56 * 365 * 86_400_000 },
      onSecond: (second, camera) => {
        if (second === 20) camera.setFault({ reportErrorMs: 0 });
        if (second === 30) camera.jumpTimestamps(3_600_000);
        if (second === 40) camera.jumpTimestamps(-5000, undefined, 'audio');
      },
    });
    const { samples } = played;
    expectContiguous(soundOf(played));
    const ends = (['video', 'audio'] as const).map((kind) => {
      const last = samples.findLast((sample) => sample.kind === kind);
      return ((last?.pts ?? 0) + (last?.duration ?? 0)) / (kind === 'video' ? 90_000 : 8000);
    });
    expect(Math.abs((ends[0] ?? 0) - (ends[1] ?? 0))).toBeLessThan(0.12);
  });
});
