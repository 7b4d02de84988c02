import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { silentLogger } from '@pantau/base/logger';
import { beforeEach, describe, expect, it } from 'vitest';
import { probeSource } from './probe.ts';
import { judgeTracks } from './probe-verdict.ts';
import type { ProbeReport, ProbeTrack } from './probe-report.ts';
import type { VideoFacts } from './stream/stream-status.ts';
import { SampleFeed, TestSources, VIDEO_AND_AUDIO } from './stream/testing-source.ts';

let clock: VirtualClock;
let sources: TestSources;

beforeEach(() => {
  clock = new VirtualClock();
  sources = new TestSources();
});

function probe(signal?: AbortSignal): Promise<ProbeReport> {
  const source = { url: 'rtsp://camera.test/', username: undefined, password: undefined };
  const opening = probeSource({
    source,
    openSource: sources.open,
    clock,
    logger: silentLogger,
    timeoutMs: 10_000,
    signal,
  });
  opening.catch(() => undefined);
  return opening;
}

async function feed(frames: number): Promise<void> {
  sources.last.emit({ type: 'config', config: VIDEO_AND_AUDIO });
  const samples = new SampleFeed({ audio: true });
  for (let frame = 0; frame < frames; frame++) {
    sources.last.emit(...samples.next());
    await clock.advance(40);
  }
}

describe('probeSource', () => {
  it('looks until three key frames were seen, closes, and reports', async () => {
    const report = probe();
    await clock.advance(200);
    await feed(101);
    expect(await report).toMatchObject({
      server: 'test',
      video: { width: 640, height: 360, fps: 25, gopMs: 2000, bFrames: false },
      audio: { codec: 'AAC-LC' },
      firstKeyframeAfterMs: 200,
      verdict: { result: 'plays' },
    });
    expect(sources.last.isClosed).toBe(true);
  });

  it('reports what it has when key frames are rare or the camera hangs up', async () => {
    const slow = probe();
    await clock.advance(0);
    await feed(45);
    await clock.advance(5_000);
    expect((await slow).video).toMatchObject({ width: 640, fps: undefined });
    const short = probe();
    await clock.advance(0);
    await feed(60);
    sources.last.fail('SOURCE_CLOSED');
    expect((await short).video).toMatchObject({ fps: 25 });
  });

  it.each(['SOURCE_UNREACHABLE', 'SOURCE_UNAUTHORIZED', 'CODEC_UNSUPPORTED'] as const)(
    'passes %s on',
    async (code) => {
      sources.failWith = code;
      await expect(probe()).rejects.toMatchObject({ code });
    },
  );

  it('ends inside its time when opening hangs, or no key frame comes', async () => {
    sources.hangs = true;
    const hanging = probe();
    await clock.advance(10_000);
    await expect(hanging).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
    sources.hangs = false;
    const silent = probe();
    await clock.advance(10_000);
    await expect(silent).rejects.toMatchObject({ code: 'NO_KEYFRAME' });
    expect(sources.last.isClosed).toBe(true);
  });

  it('ends at once when the caller gives up', async () => {
    const controller = new AbortController();
    const report = probe(controller.signal);
    await clock.advance(0);
    controller.abort(new Error('changed my mind'));
    await expect(report).rejects.toThrow('changed my mind');
    expect(sources.last.isClosed).toBe(true);
  });
});

describe('judgeTracks', () => {
  const video: VideoFacts = {
    codec: 'H.264',
    codecString: 'avc1.64001f',
    width: 1280,
    height: 720,
    fps: 25,
    gopMs: 2000,
  };
  const audio = { codec: 'AAC-LC', codecString: 'mp4a.40.2', sampleRate: 8000, channels: 1 };
  const flac = { codec: 'FLAC', codecString: 'fLaC', sampleRate: 8000, channels: 1 };
  const pcma: ProbeTrack = { kind: 'audio', encoding: 'PCMA', clockRate: 8000, supported: true };
  const g722: ProbeTrack = { kind: 'audio', encoding: 'G722', clockRate: 8000, supported: false };
  const aac: ProbeTrack = { kind: 'audio', encoding: 'MPEG4-GENERIC', clockRate: 8000, supported: true };

  it.each<[string, VideoFacts | undefined, typeof audio | undefined, ProbeTrack[], string, RegExp]>([
    ['H.264 and AAC', video, audio, [aac], 'plays', /plays everywhere/],
    ['no sound at all', video, undefined, [], 'plays', /no sound/],
    ['G.711', video, flac, [pcma], 'plays', /with G\.711 A-law \(delivered as FLAC\) plays/],
    [
      'G.722',
      video,
      undefined,
      [g722],
      'plays-without-sound',
      /sound \(G\.722\) is left out\. Set .* AAC or G\.711/,
    ],
    [
      'a codec that nobody knows',
      video,
      undefined,
      [{ ...g722, encoding: 'X-OWN' }],
      'plays-without-sound',
      /X-OWN/,
    ],
    ['silent AAC', video, undefined, [aac], 'plays-without-sound', /nothing arrives/],
    ['a long GOP', { ...video, gopMs: 10_000 }, audio, [aac], 'plays', /every 10\.0 s/],
    ['one key frame only', { ...video, gopMs: undefined }, audio, [aac], 'plays', /No second key frame/],
    [
      'a picture now and then',
      { ...video, codec: 'JPEG', codecString: 'jpeg', fps: 0.7 },
      undefined,
      [],
      'plays',
      /0\.7 a second, shown by every browser; without sound\.$/,
    ],
    [
      'single pictures as often as video',
      { ...video, codec: 'JPEG', codecString: 'jpeg', fps: 10 },
      undefined,
      [],
      'plays',
      /a tenth of the bandwidth/,
    ],
    ['High 4:2:2', { ...video, codecString: 'avc1.7a001f' }, audio, [aac], 'cannot-play', /High 4:2:2/],
    [
      'H.265',
      { ...video, codec: 'H.265', codecString: 'hvc1.1.6.L93.B0' },
      audio,
      [aac],
      'plays',
      /H\.265 with AAC-LC plays in Safari, .* on devices that decode it/,
    ],
    [
      'H.265 with range extensions',
      { ...video, codec: 'H.265', codecString: 'hvc1.4.10.L93.9F.A8' },
      audio,
      [aac],
      'cannot-play',
      /H\.265 in profile 4/,
    ],
    ['no video', undefined, audio, [aac], 'cannot-play', /no video/],
  ])('%s', (_, facts, sound, tracks, result, words) => {
    const verdict = judgeTracks(facts, sound, tracks, true);
    expect(verdict.result).toBe(result);
    expect(verdict.explanation).toMatch(words);
  });

  it.each<[string, ProbeTrack[], string, RegExp]>([
    [
      'that was left out is said to be left out',
      [aac],
      'plays-without-sound',
      /left out, as the settings say/,
    ],
    ['that nobody could carry, too', [g722], 'plays-without-sound', /left out, as the settings say/],
    ['that the camera does not have', [], 'plays', /sends no sound/],
  ])('sound %s', (_, tracks, result, words) => {
    const verdict = judgeTracks(video, undefined, tracks, false);
    expect(verdict).toMatchObject({ result, explanation: expect.stringMatching(words) });
  });
});
