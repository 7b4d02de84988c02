import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { describe, expect, it } from 'vitest';
import { HlsPlaylists } from '../hls/hls-playlists.ts';
import { AUDIO, VIDEO } from '../fmp4/testing-configs.ts';
import type { MediaEvent, Sample, StreamConfig } from '../sample.ts';
import { BlockPool } from './block-pool.ts';
import { completeLimits } from './engine-limits.ts';
import { LiveMuxer } from './live-muxer.ts';
import { MediaWindow } from './media-window.ts';

/** What cameras do that no specification foresees; each plays for `seconds` of real time. */
interface Camera {
  readonly fps?: number;
  readonly gop?: number;
  readonly keyframeBytes?: number;
  readonly frameBytes?: number;
  readonly seconds?: number;
  /** Whether sound is sent in this second. */
  readonly audioAt?: (second: number) => boolean;
  /** Which of `CONFIGS` holds from this key frame on; `SILENT` unless said otherwise. */
  readonly variantOf?: (keyframe: number) => number;
  /** A discontinuity comes before this frame. */
  readonly breaksBefore?: (frame: number) => boolean;
  /** Ticks that this frame's time stamp is off. */
  readonly offOf?: (frame: number) => number;
}

const CONFIGS: readonly StreamConfig[] = [
  { video: VIDEO, audio: AUDIO },
  { video: { ...VIDEO, width: 1280, height: 720 }, audio: AUDIO },
  { video: VIDEO, audio: undefined },
];
const SILENT = 2;
const LIMITS = completeLimits();

function* eventsOf(camera: Camera): Generator<{ readonly atMs: number; readonly events: MediaEvent[] }> {
  const { fps = 25, gop = fps * 2, keyframeBytes = 4000, frameBytes = 400, seconds = 40 } = camera;
  let sound = 0;
  let variant = -1;
  for (let frame = 0; frame < seconds * fps; frame++) {
    const events: MediaEvent[] = [];
    const atS = frame / fps;
    const keyframe = frame % gop === 0;
    const wanted = keyframe ? (camera.variantOf?.(frame / gop) ?? SILENT) : variant;
    if (camera.breaksBefore?.(frame)) events.push({ type: 'discontinuity', reason: 'test' });
    const config = CONFIGS[wanted];
    if (wanted !== variant && config) events.push({ type: 'config', config });
    variant = wanted;
    const duration = Math.round(90_000 / fps);
    const dts = 90_000 + frame * duration + (camera.offOf?.(frame) ?? 0);
    events.push(
      sampleOf('video', dts, duration, keyframe, Buffer.alloc(keyframe ? keyframeBytes : frameBytes)),
    );
    for (; sound * 1024 < (atS + 1 / fps) * AUDIO.timescale; sound++) {
      if (camera.audioAt?.(Math.floor(atS)))
        events.push(sampleOf('audio', AUDIO.timescale + sound * 1024, 1024, true, Buffer.alloc(90)));
    }
    yield { atMs: atS * 1000, events };
  }
}

function sampleOf(
  kind: Sample['kind'],
  dts: number,
  duration: number,
  keyframe: boolean,
  data: Buffer,
): MediaEvent {
  return { type: 'sample', sample: { kind, data, dts, pts: dts, duration, keyframe, wallMs: 0 } };
}

interface Listed {
  readonly line: string;
  readonly map: string;
  readonly discontinuities: number;
}

/** Reads every playlist as a strict player would, and remembers what the ones before said. */
class StrictPlayer {
  readonly segments = new Map<number, Listed>();
  readonly targets = new Set<number>();
  parts = 0;
  #newest = -1;
  #discontinuities = 0;
  #hint: string | undefined;

  read(text: string, window: MediaWindow): void {
    const lines = text.trimEnd().split('\n');
    const target = Number(value(text, /^#EXT-X-TARGETDURATION:(\d+)$/m));
    const partTarget = Number(value(text, /PART-TARGET=([\d.]+)/));
    this.targets.add(target);
    expect(Number(value(text, /PART-HOLD-BACK=([\d.]+)/))).toBeCloseTo(partTarget * 3, 2);
    let sequence = Number(value(text, /^#EXT-X-MEDIA-SEQUENCE:(\d+)$/m));
    let discontinuities = Number(/^#EXT-X-DISCONTINUITY-SEQUENCE:(\d+)$/m.exec(text)?.[1] ?? 0);
    expect(discontinuities).toBeGreaterThanOrEqual(this.#discontinuities);
    this.#discontinuities = discontinuities;
    const claimsIndependence = lines.includes('#EXT-X-INDEPENDENT-SEGMENTS');
    let map = '';
    let duration = '';
    let isFirstPart = true;
    for (const line of lines) {
      if (line === '#EXT-X-DISCONTINUITY') discontinuities++;
      map = /^#EXT-X-MAP:URI="(.+)"$/.exec(line)?.[1] ?? map;
      if (line.startsWith('#EXT-X-PART:')) {
        expect(Number(/DURATION=([\d.]+)/.exec(line)?.[1])).toBeLessThanOrEqual(partTarget + 1e-5);
        expect(window.findFile(value(line, /URI="(.+?)"/))?.byteLength).toBeGreaterThan(0);
        if (isFirstPart && claimsIndependence) expect(line).toContain('INDEPENDENT=YES');
        isFirstPart = false;
      }
      if (line.startsWith('#EXTINF:')) {
        duration = line;
        expect(Math.round(Number(value(line, /:([\d.]+),/)))).toBeLessThanOrEqual(target);
      }
      if (!line.startsWith('seg-')) continue;
      expect(window.findFile(line)?.byteLength).toBeGreaterThan(0);
      expect(window.findFile(map)).toBeDefined();
      const listed = { line: `${duration} ${line}`, map, discontinuities };
      const before = this.segments.get(sequence);
      if (before) expect(listed).toEqual(before);
      else expect(sequence).toBeGreaterThan(this.#newest);
      this.segments.set(sequence, listed);
      this.#newest = Math.max(this.#newest, sequence);
      isFirstPart = true;
      sequence++;
    }
    const made = lines.findLast((line) => line.startsWith('#EXT-X-PART:'));
    const hint = value(text, /PRELOAD-HINT:TYPE=PART,URI="(.+?)"/);
    if (this.#hint !== undefined && this.#hint !== hint) {
      expect(made).toContain(`"${this.#hint}"`);
      this.parts++;
    }
    this.#hint = hint;
  }
}

function value(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`no ${pattern} in\n${text}`);
  return found;
}

async function watch(camera: Camera): Promise<{ player: StrictPlayer; window: MediaWindow; files: number }> {
  const clock = new VirtualClock();
  const window = new MediaWindow(LIMITS, new BlockPool());
  const player = new StrictPlayer();
  const muxer = new LiveMuxer({
    clock,
    window,
    limits: LIMITS,
    firstSequence: 1000,
    sink: {
      onInit: () => undefined,
      onBreak: () => undefined,
      onFrame: () => undefined,
      wantsFrames: () => false,
      onPart: (_part, finished) => {
        playlists.update(finished);
        expect(window.byteLength).toBeLessThanOrEqual(LIMITS.maxStreamBytes + LIMITS.maxSegmentBytes);
        if (!playlists.isReady('media-ll')) return;
        player.read(playlists.get('media-ll').plain.toString(), window);
      },
    },
  });
  const playlists = new HlsPlaylists({ window, muxer, segmentMs: LIMITS.segmentMs });
  let files = 0;
  for (const { atMs, events } of eventsOf(camera)) {
    await clock.advance(Math.max(0, atMs - clock.monotonic()));
    for (const event of events) muxer.push(event);
    files = Math.max(files, window.fileCount);
  }
  return { player, window, files };
}

const CAMERAS: readonly (readonly [
  string,
  Camera,
  { readonly segments: number; readonly targets: number[] },
])[] = [
  ['steady', {}, { segments: 19, targets: [2] }],
  [
    'another configuration each GOP',
    { variantOf: (keyframe) => keyframe % 2 },
    { segments: 19, targets: [2] },
  ],
  [
    'another configuration four times a second',
    { gop: 6, variantOf: (keyframe) => keyframe % 2 },
    { segments: 25, targets: [2] },
  ],
  ['a GOP of a minute', { gop: 1500, seconds: 130 }, { segments: 6, targets: [20] }],
  ['key frames only', { gop: 1 }, { segments: 26, targets: [2] }],
  ['one frame a second', { fps: 1, gop: 2 }, { segments: 19, targets: [2] }],
  ['fifty frames a second', { fps: 50 }, { segments: 19, targets: [2] }],
  ['50 kbit/s', { keyframeBytes: 3000, frameBytes: 190 }, { segments: 19, targets: [2] }],
  ['20 Mbit/s', { keyframeBytes: 400_000, frameBytes: 94_000, seconds: 20 }, { segments: 9, targets: [2] }],
  [
    'sound that begins late',
    { variantOf: (keyframe) => (keyframe < 5 ? SILENT : 0), audioAt: (second) => second >= 10 },
    { segments: 19, targets: [2] },
  ],
  [
    'sound with holes',
    { variantOf: () => 0, audioAt: (second) => second % 3 !== 1 },
    { segments: 19, targets: [2] },
  ],
  [
    'a discontinuity at each key frame',
    { breaksBefore: (frame) => frame % 50 === 0 },
    { segments: 19, targets: [2] },
  ],
  ['a discontinuity at each frame', { gop: 1, breaksBefore: () => true }, { segments: 15, targets: [2] }],
  [
    'time stamps that jump a second ahead',
    { offOf: (frame) => Math.floor(frame / 125) * 90_000 },
    { segments: 17, targets: [2, 3] },
  ],
];

describe('playlists stay true for a camera with', () => {
  it.each(CAMERAS)('%s', async (_, camera, { segments, targets }) => {
    const { player, window, files } = await watch(camera);
    expect(player.segments.size).toBeGreaterThanOrEqual(segments);
    expect([...player.targets]).toEqual(targets);
    expect(files).toBeLessThan(400);
    expect(window.listed.length).toBeLessThanOrEqual(LIMITS.windowSegments);
    expect(player.parts).toBeGreaterThan(segments);
  });
});
