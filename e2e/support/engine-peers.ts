/**
 * Everything that the engine is held against in the engine suite: who sends, what the engine has to make of it, and how the sender
 * knows that it was left in good order.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceDefinition } from '@pantau/media';
import { createOpusTone, createTone, packAsLatm } from '@pantau/media/testing/clip-sound';
import { openFakeCamera, type FakeCamera, type FakeCameraOptions } from '@pantau/media/testing/fake-camera';
import { parseH265ClipVideo } from '@pantau/media/testing/h265-clip';
import { createSelfSigned } from '@pantau/media/testing/self-signed';
import { createSyntheticClip, silentAudio } from '@pantau/media/testing/synthetic-clip';
import { Child } from './child.ts';
import { eventually } from './eventually.ts';
import { findFreePort } from './free-port.ts';
import { GstCamera, type GstMount } from './gst-camera.ts';
import { FfmpegCamera, openHlsUpstream } from './http-cameras.ts';
import { peerProgram } from './requirements.ts';

/** One stream of a peer, and what has to come out of it. */
export interface PeerStream {
  readonly name: string;
  readonly source: Partial<SourceDefinition> & { readonly url: string };
  /** Default `media`. */
  readonly delivery?: 'media' | 'pictures' | 'relay';
  /** As the status names them; a relayed stream has none. */
  readonly video?: { readonly codec: string; readonly width: number; readonly height: number };
  readonly audio?: string;
  /** Distance of key frames, seconds; undefined where the peer decides. */
  readonly gopSeconds?: number;
}

export interface Peer {
  readonly streams: readonly PeerStream[];
  /** Whether the peer has seen that each of its streams was left: by TEARDOWN, or a closed connection. Asked until it is true. */
  isLeft(): boolean | Promise<boolean>;
}

export type OpenPeer = (stack: AsyncDisposableStack) => Promise<Peer>;

/** How H.264 by `createSyntheticClip` is to be seen. */
const SYNTHETIC = { codec: 'H.264', width: 320, height: 240 } as const;
const FULL = { codec: 'H.264', width: 640, height: 360 } as const;
const OPEN_GOP = fileURLToPath(
  new URL('../../packages/media/src/testing/clips/open-gop.h265', import.meta.url),
);

export const openSimulator: OpenPeer = async (stack) => {
  const tls = createSelfSigned();
  const aac = silentAudio({ sampleRate: 48_000, channels: 2 });
  const { video } = createSyntheticClip({ gop: 25 });
  const cameras: FakeCamera[] = [];
  const open = async (
    path: string,
    audio: ReturnType<typeof createTone> | undefined,
    more: Partial<FakeCameraOptions> = {},
  ): Promise<string> => {
    const camera = await openFakeCamera({ mounts: [{ path, clip: { video, audio } }], ...more });
    cameras.push(stack.use(camera));
    return camera.url();
  };
  const h265 = parseH265ClipVideo(readFileSync(OPEN_GOP), 25);
  const modern = stack.use(
    await openFakeCamera({ mounts: [{ path: '/h265', clip: { video: h265, audio: undefined } }] }),
  );
  cameras.push(modern);
  const pinned = { tlsFingerprint: tls.fingerprint };
  const h264 = { video: SYNTHETIC, gopSeconds: 1 };
  const streams: PeerStream[] = [
    { name: 'tcp', source: { url: await open('/tcp', aac) }, ...h264, audio: 'AAC-LC' },
    { name: 'udp', source: { url: await open('/udp', aac), transport: 'udp' }, ...h264, audio: 'AAC-LC' },
    { name: 'rtsps', source: { url: await open('/tls', aac, { tls }), ...pinned }, ...h264, audio: 'AAC-LC' },
    {
      name: 'tunnel',
      source: { url: await open('/tunnel', undefined, { tunnel: {} }), transport: 'http' },
      ...h264,
    },
    { name: 'mu-law', source: { url: await open('/mu', createTone('PCMU')) }, ...h264, audio: 'FLAC' },
    { name: 'opus', source: { url: await open('/opus', createOpusTone()) }, ...h264, audio: 'Opus' },
    {
      name: 'latm',
      source: { url: await open('/latm', packAsLatm(aac, 'in-band')) },
      ...h264,
      audio: 'AAC-LC',
    },
    {
      name: 'h265-open-gop',
      source: { url: modern.url() },
      video: { codec: 'H.265', width: 320, height: 180 },
    },
  ];
  return {
    streams,
    isLeft: () =>
      cameras.every(
        ({ counters, clients }) => counters.teardowns === counters.sessionsOpened && clients === 0,
      ),
  };
};

export const openGStreamer: OpenPeer = async (stack) => {
  const small = { preset: 'ultrafast', gopSeconds: 1, fps: 15, kbps: 400 } as const;
  const wanted: readonly { readonly mount: GstMount; readonly audio?: string }[] = [
    { mount: { path: '/baseline-aac', audio: true }, audio: 'AAC-LC' },
    { mount: { path: '/high', profile: 'high' } },
    { mount: { path: '/b-frames', profile: 'high-bframes', audio: true }, audio: 'AAC-LC' },
    { mount: { path: '/h265', codec: 'h265', fps: 10 } },
    { mount: { path: '/mu-law', audio: 'mulaw' }, audio: 'FLAC' },
    { mount: { path: '/a-law', audio: 'alaw' }, audio: 'FLAC' },
    { mount: { path: '/opus', audio: 'opus' }, audio: 'Opus' },
    { mount: { path: '/latm', audio: 'latm' }, audio: 'AAC-LC' },
    { mount: { path: '/jpeg', codec: 'jpeg' } },
  ];
  const camera = stack.use(await GstCamera.open(wanted.map(({ mount }) => ({ ...small, ...mount }))));
  return {
    streams: wanted.map(({ mount: { path, codec = 'h264' }, audio }) => ({
      name: path.slice(1),
      source: { url: camera.url(path) },
      video: { ...FULL, codec: { h264: 'H.264', h265: 'H.265', jpeg: 'JPEG' }[codec] },
      ...(codec === 'jpeg' ? { delivery: 'pictures' as const } : { gopSeconds: 1 }),
      ...(audio === undefined ? {} : { audio }),
    })),
    isLeft: () => camera.teardowns >= wanted.length,
  };
};

export const openFfmpeg: OpenPeer = async (stack) => {
  const folder = mkdtempSync(join(tmpdir(), 'pantau-peer-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const mjpeg = stack.use(await FfmpegCamera.open('mjpeg'));
  const flv = stack.use(await FfmpegCamera.open('flv'));
  const hls = await openHlsUpstream(stack, folder);
  return {
    streams: [
      { name: 'flv', source: { url: flv.url }, video: FULL, audio: 'AAC-LC', gopSeconds: 2 },
      { name: 'mjpeg', source: { url: mjpeg.url }, delivery: 'pictures', video: { ...FULL, codec: 'JPEG' } },
      { name: 'hls', source: { url: hls.url('/top.m3u8') }, delivery: 'relay' },
    ],
    isLeft: async () => mjpeg.served > 0 && flv.served > 0 && (await hls.countConnections()) === 0,
  };
};

/** What media servers of others serve: our simulator's and GStreamer's cameras, and what ffmpeg pushes there. */
async function openUpstream(stack: AsyncDisposableStack): Promise<ReadonlyMap<string, PeerStream>> {
  const simulator = await openSimulator(stack);
  const gstreamer = await openGStreamerFew(stack);
  return new Map([...simulator.streams, ...gstreamer].map((stream) => [stream.name, stream]));
}

async function openGStreamerFew(stack: AsyncDisposableStack): Promise<readonly PeerStream[]> {
  const camera = stack.use(
    await GstCamera.open([
      {
        path: '/b-frames',
        profile: 'high-bframes',
        audio: true,
        gopSeconds: 1,
        fps: 15,
        preset: 'ultrafast',
      },
    ]),
  );
  const url = camera.url('/b-frames');
  return [{ name: 'b-frames', source: { url }, video: FULL, audio: 'AAC-LC', gopSeconds: 1 }];
}

/** Streams of `upstream` behind another server. */
function relayed(
  upstream: ReadonlyMap<string, PeerStream>,
  names: readonly string[],
  urlOf: (name: string) => string,
): PeerStream[] {
  return names.flatMap((name) => {
    const stream = upstream.get(name);
    return stream === undefined ? [] : [{ ...stream, source: { url: urlOf(name) } }];
  });
}

/** Starts a media server of others with its configuration in a folder of its own. */
function startServer(
  stack: AsyncDisposableStack,
  program: string,
  config: readonly string[],
  args: (path: string) => readonly string[],
): Child {
  const folder = mkdtempSync(join(tmpdir(), 'pantau-peer-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'config.yml');
  writeFileSync(path, config.join('\n'));
  const child = new Child(program, { args: args(path), cwd: folder });
  stack.defer(async () => void (await child.stop(2_000)));
  return child;
}

/** ffmpeg publishes a test card with sound by RTSP. */
function startPublisher(stack: AsyncDisposableStack, url: string): void {
  const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=15'];
  const sound = ['-f', 'lavfi', '-i', 'sine=r=48000'];
  const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '15'];
  const args = [
    '-v',
    'error',
    '-nostdin',
    ...picture,
    ...sound,
    ...h264,
    '-pix_fmt',
    'yuv420p',
    '-c:a',
    'aac',
  ];
  const child = new Child('ffmpeg', { args: [...args, '-f', 'rtsp', '-rtsp_transport', 'tcp', url] });
  stack.defer(async () => void (await child.kill()));
}

const PUSHED = { name: 'pushed', video: FULL, audio: 'AAC-LC', gopSeconds: 1 } as const;

export const openMediamtx: OpenPeer = async (stack) => {
  const upstream = await openUpstream(stack);
  const names = ['tcp', 'mu-law', 'opus', 'h265-open-gop', 'b-frames'];
  const port = await findFreePort();
  const url = (name: string) => `rtsp://127.0.0.1:${port}/${name}`;
  const server = startServer(
    stack,
    peerProgram('mediamtx'),
    [
      ...['rtmp', 'hls', 'webrtc', 'srt', 'moq'].map((name) => `${name}: no`),
      'rtspTransports: [tcp]',
      `rtspAddress: 127.0.0.1:${port}`,
      'paths:',
      '  pushed:',
      ...names.flatMap((name) => [
        `  ${name}:`,
        `    source: ${upstream.get(name)?.source.url}`,
        '    rtspTransport: tcp',
      ]),
    ],
    (path) => [path],
  );
  await untilSaid(server, /\[RTSP\] started/);
  startPublisher(stack, url('pushed'));
  const streams = [...relayed(upstream, names, url), { ...PUSHED, source: { url: url('pushed') } }];
  const count = (pattern: RegExp) => server.stdout.match(pattern)?.length ?? 0;
  // What it does not have yet it calls unknown.
  await eventually('MediaMTX to have every stream', () => {
    return count(/stream is available|is ready/g) >= streams.length;
  });
  return { streams, isLeft: () => count(/destroyed: torn down/g) >= streams.length };
};

export const openGo2rtc: OpenPeer = async (stack) => {
  const upstream = await openUpstream(stack);
  const names = ['tcp', 'mu-law', 'h265-open-gop', 'b-frames'];
  const [port, api] = [await findFreePort(), await findFreePort()];
  const url = (name: string) => `rtsp://127.0.0.1:${port}/${name}`;
  const server = startServer(
    stack,
    peerProgram('go2rtc'),
    [
      `api: {listen: "127.0.0.1:${api}"}`,
      `rtsp: {listen: "127.0.0.1:${port}"}`,
      'webrtc: {listen: ""}',
      'srtp: {listen: ""}',
      'streams:',
      '  pushed:',
      ...names.map((name) => `  ${name}: "${upstream.get(name)?.source.url}"`),
    ],
    (path) => ['-config', path],
  );
  await untilSaid(server, /\[rtsp\] listen/);
  startPublisher(stack, url('pushed'));
  const flv = { url: `http://127.0.0.1:${api}/api/stream.flv?src=pushed` };
  return {
    streams: [
      ...relayed(upstream, names, url),
      { ...PUSHED, source: { url: url('pushed') } },
      { ...PUSHED, name: 'pushed-flv', source: flv },
    ],
    isLeft: async () => {
      const streams: unknown = await (await fetch(`http://127.0.0.1:${api}/api/streams`)).json();
      return !/"consumers":\[\{/.test(JSON.stringify(streams));
    },
  };
};

async function untilSaid(server: Child, pattern: RegExp): Promise<void> {
  await eventually('the media server to listen', () => {
    if (server.exit) throw new Error(`it ended: ${server.stdout}${server.stderr}`);
    return pattern.test(server.stdout);
  });
}
