/** An H.265 clip goes through packets, reader, timeline and fMP4; an independent decoder sees the same pictures in it as in the clip. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { silentLogger } from '@pantau/base/logger';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { describe, expect, it } from 'vitest';
import { encodeFragment } from '../fmp4/fragment.ts';
import { encodeInitSegment } from '../fmp4/init-segment.ts';
import { openSourceWith } from '../rtsp-source.ts';
import { parseRtpPacket } from '../rtp/parse-rtp-packet.ts';
import type { RtspSession, RtspSessionHandler } from '../rtsp/rtsp-session.ts';
import type { MediaEvent, Sample, StreamConfig } from '../sample.ts';
import { hasFfmpeg } from '../testing/decode-with-ffmpeg.ts';
import { packetiseH265Nals } from '../testing/h265-layout.ts';
import { parseH265ClipVideo, type H265ClipVideo } from '../testing/h265-clip.ts';
import { splitFrames, stampRuns } from '../testing/rtp-layout.ts';

const CLIP_PATH = fileURLToPath(new URL('../testing/clips/open-gop.h265', import.meta.url));
const CLIP = parseH265ClipVideo(readFileSync(CLIP_PATH), 25);

interface Shape {
  readonly mtuBytes: number;
  readonly aggregate: boolean;
  /** Index of the first picture that is sent. */
  readonly from?: number;
}

/** What the engine makes of the clip's pictures. */
async function ingest(
  clip: H265ClipVideo,
  shape: Shape,
): Promise<{ config: StreamConfig; samples: Sample[] }> {
  const clock = new VirtualClock();
  const events: MediaEvent[] = [];
  let handler: RtspSessionHandler | undefined;
  const track = {
    kind: 'video',
    payloadType: 96,
    encoding: 'H265',
    clockRate: 90_000,
    channels: 1,
    fmtp: new Map<string, string>(),
    control: undefined,
    framerate: undefined,
    setUp: true,
  } as const;
  const session: RtspSession = {
    tracks: [track],
    server: undefined,
    ended: new Promise(() => {}),
    lostPackets: 0,
    packets: { lost: 0, late: 0, reordered: 0, duplicates: 0 },
    path: { transport: 'tcp', tls: undefined },
    requestKeyframe: () => false,
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const source = await openSourceWith(
    (options) => {
      handler = options.handler;
      return Promise.resolve(session);
    },
    {
      source: { url: 'rtsp://camera/', username: undefined, password: undefined },
      onEvent: (event) => events.push(event),
      clock,
      logger: silentLogger,
      signal: new AbortController().signal,
    },
  );
  let sequence = 0;
  const packetShape = { payloadType: 96, mtuBytes: shape.mtuBytes, aggregate: shape.aggregate };
  for (const [index, picture] of clip.pictures.entries()) {
    if (index < (shape.from ?? 0)) continue;
    const nals = picture.keyframe ? [clip.vps, clip.sps, clip.pps, ...picture.nals] : picture.nals;
    const stamp = {
      channel: 0,
      sequence,
      timestamp: 90_000 + picture.displayIndex * 3600,
      ssrc: 1,
      markers: true,
    };
    const { bytes, nextSequence } = stampRuns([packetiseH265Nals(nals, packetShape, true)], stamp);
    sequence = nextSequence;
    for (const frame of splitFrames(bytes)) handler?.onRtp(0, parseRtpPacket(frame, 4), 0, clock.now());
    await clock.advance(40);
  }
  await source.close();
  const config = events.find((event) => event.type === 'config')?.config;
  if (config === undefined) throw new Error('no configuration came');
  expect(events.filter((event) => event.type === 'discontinuity')).toEqual([]);
  return { config, samples: events.flatMap((event) => (event.type === 'sample' ? [event.sample] : [])) };
}

/** Hashes of the decoded pictures in order of presentation; fails when the decoder complains. */
function decode(format: readonly string[], bytes: Buffer): string[] {
  const run = spawnSync(
    'ffmpeg',
    ['-v', 'error', ...format, '-i', 'pipe:0', '-fps_mode', 'passthrough', '-f', 'framemd5', '-'],
    {
      input: bytes,
      maxBuffer: 1 << 24,
    },
  );
  expect(run.stderr.toString()).toBe('');
  const lines = run.stdout
    .toString()
    .split('\n')
    .filter((line) => /^\d/.test(line));
  return lines.map((line) => line.split(',').at(-1)?.trim() ?? '');
}

function toMp4({ config, samples }: { config: StreamConfig; samples: readonly Sample[] }): Buffer {
  const fragments = samples.flatMap((sample, index) => {
    const { header, payload } = encodeFragment(index + 1, config, [sample]);
    return [header, ...payload];
  });
  return Buffer.concat([encodeInitSegment(config), ...fragments]);
}

describe('an H.265 clip through the engine', () => {
  it('has the order and the key frames of its encoder', () => {
    expect(CLIP.pictures).toHaveLength(72);
    expect(CLIP.pictures.flatMap(({ keyframe }, index) => (keyframe ? [index] : []))).toEqual([0, 21, 45]);
    expect(new Set(CLIP.pictures.map(({ displayIndex }) => displayIndex)).size).toBe(72);
  });

  it('is described by its parameter sets', async () => {
    const { config, samples } = await ingest(CLIP, { mtuBytes: 1400, aggregate: false });
    expect(config.video).toMatchObject({
      codec: 'h265',
      codecString: 'hvc1.1.6.L60.90',
      width: 320,
      height: 180,
      announcedFps: 25,
    });
    for (const [index, sample] of samples.entries()) {
      if (index > 0) expect(sample.dts).toBeGreaterThan(samples[index - 1]?.dts ?? 0);
      expect(sample.pts).toBeGreaterThanOrEqual(sample.dts);
    }
  });

  it.runIf(hasFfmpeg).each<[string, Shape]>([
    ['single units and fragments', { mtuBytes: 1400, aggregate: false }],
    ['aggregation packets', { mtuBytes: 1400, aggregate: true }],
    ['small fragments', { mtuBytes: 60, aggregate: true }],
  ])('decodes to the same pictures: %s', async (_name, shape) => {
    const expected = decode(['-f', 'hevc'], readFileSync(CLIP_PATH));
    const media = await ingest(CLIP, shape);
    expect(expected).toHaveLength(72);
    // the last picture waits for its successor only when markers are not trusted
    expect(decode(['-f', 'mp4'], toMp4(media))).toEqual(expected);
  });

  it.runIf(hasFfmpeg)('begins cleanly in the middle of open groups of pictures', async () => {
    const expected = decode(['-f', 'hevc'], readFileSync(CLIP_PATH));
    const media = await ingest(CLIP, { mtuBytes: 1400, aggregate: false, from: 10 });
    // the key frame is shown as the 25th; the three pictures shown before it lean on what was not received
    expect(decode(['-f', 'mp4'], toMp4(media))).toEqual(expected.slice(24));
  });
});
