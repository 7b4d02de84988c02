/**
 * Sound in every codec that the engine carries, from cameras of GStreamer: FFmpeg decodes what the public address delivers, and a
 * browser plays it in each delivery.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TestBrowser, type TestPage } from './support/browser.ts';
import { MODES, openCameraPage } from './support/camera-page.ts';
import { runCommand } from './support/child.ts';
import { observe } from './support/eventually.ts';
import { GstCamera } from './support/gst-camera.ts';
import { PantauServer } from './support/pantau-server.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

const SECONDS = 8;
const WATCHED_MS = 4_000;

interface Sound {
  readonly audio: 'latm' | 'mulaw' | 'alaw' | 'l16' | 'opus';
  /** As the public API names it. */
  readonly codec: string;
  readonly codecString: string;
  readonly sampleRate: number;
  readonly channels: number;
}

const SOUNDS: readonly Sound[] = [
  { audio: 'mulaw', codec: 'FLAC', codecString: 'fLaC', sampleRate: 8000, channels: 1 },
  { audio: 'alaw', codec: 'FLAC', codecString: 'fLaC', sampleRate: 8000, channels: 1 },
  { audio: 'l16', codec: 'FLAC', codecString: 'fLaC', sampleRate: 16_000, channels: 2 },
  { audio: 'opus', codec: 'Opus', codecString: 'Opus', sampleRate: 48_000, channels: 2 },
  { audio: 'latm', codec: 'AAC-LC', codecString: 'mp4a.40.2', sampleRate: 48_000, channels: 1 },
];

/** The samples that G.711 knows, from its tables of segments: ends of µ-law's are 2^n, of A-law's multiples of 2^n. */
const MU_LAW = new Set<number>();
const A_LAW = new Set<number>();
for (let segment = 0; segment < 8; segment++) {
  for (let step = 0; step < 16; step++) {
    const muLaw = (step * 2 + 33) * 2 ** segment * 4 - 132;
    const aLaw = (segment === 0 ? step * 2 + 1 : (step * 2 + 33) * 2 ** (segment - 1)) * 8;
    for (const sign of [1, -1]) {
      MU_LAW.add(sign * muLaw || 0);
      A_LAW.add(sign * aLaw);
    }
  }
}

function openCameras(): Promise<GstCamera> {
  return GstCamera.open(
    SOUNDS.map(({ audio }) => ({ path: `/${audio}`, audio, width: 320, height: 180, fps: 15, kbps: 200 })),
  );
}

async function addCameras(server: PantauServer, camera: GstCamera): Promise<void> {
  await server.addCameras(SOUNDS.map(({ audio }) => ({ name: audio, url: camera.url(`/${audio}`) })));
}

describeWith('sound that FFmpeg decodes', ['ffmpeg', 'gstreamer'], () => {
  const stage = useStage(async (stack) => {
    const camera = stack.use(await openCameras());
    const server = stack.use(await PantauServer.open());
    await addCameras(server, camera);
    return { camera, server };
  });

  it.each(SOUNDS)('$audio', async ({ audio, sampleRate, channels, codec, codecString }) => {
    const { server } = stage.props;
    const entry = await server.stream(audio);
    const samples = await decode(`${server.url}${entry.streams.hls}`);
    expect(samples.length / channels / sampleRate).toBeGreaterThan(SECONDS - 0.3);
    expect(samples.length / channels / sampleRate).toBeLessThan(SECONDS + 0.3);
    expect(findFrequency(samples, sampleRate, channels)).toBeCloseTo(400, -1);
    if (audio === 'mulaw' || audio === 'alaw') {
      // Lossless: every sample is one of the 256 that G.711 knows, and loud ones are among them.
      const known = audio === 'mulaw' ? MU_LAW : A_LAW;
      expect(samples.filter((sample) => !known.has(sample))).toEqual([]);
      expect(Math.max(...samples.slice(0, 8000))).toBeGreaterThan(10_000);
    }
    const live = await server.untilState(audio, 'live');
    expect(live.audio).toMatchObject({ codec, codec_string: codecString });
  });
});

describeWith('sound in a browser', ['chromium', 'gstreamer'], () => {
  const stage = useStage(async (stack) => {
    const camera = stack.use(await openCameras());
    const server = stack.use(await PantauServer.open());
    const browser = stack.use(await TestBrowser.open());
    await addCameras(server, camera);
    return { camera, server, browser };
  });

  it.each(SOUNDS)('$audio', async ({ audio }) => {
    const { server } = stage.props;
    const entry = await server.stream(audio);
    const pages: TestPage[] = [];
    for (const mode of MODES) {
      const page = await stage.openPage();
      pages.push(page);
      await openCameraPage(page, server, entry, mode);
    }
    await Promise.all(pages.map((page) => page.untilPlaying(30_000)));
    const looks = await observe(WATCHED_MS, WATCHED_MS / 2, () =>
      Promise.all(pages.map((page) => page.video())),
    );
    for (const [index, mode] of MODES.entries()) {
      const seen = looks.flatMap((look) => look[index] ?? []);
      const [first] = seen;
      const last = seen.at(-1);
      expect(last?.error, `${mode}: error`).toBeNull();
      expect(last?.currentTime, `${mode}: time`).toBeGreaterThan(first?.currentTime ?? Infinity);
      expect(last?.audioBytes, `${mode}: decoded sound`).toBeGreaterThan(first?.audioBytes ?? Infinity);
    }
    for (const page of pages) expect(page.complaints).toEqual([]);
  });
});

/** What FFmpeg hears at this address, in 16-bit samples; without a line at its level `error`. */
async function decode(url: string): Promise<readonly number[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pantau-sound-'));
  try {
    const file = join(folder, 'sound');
    const args = ['-v', 'error', '-nostdin', '-i', url, '-t', String(SECONDS), '-map', '0:a'];
    const { code, stderr } = await runCommand('ffmpeg', {
      args: [...args, '-c:a', 'pcm_s16le', '-f', 's16le', file],
      timeoutMs: 60_000,
    });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const bytes = await readFile(file);
    return Array.from({ length: bytes.length >> 1 }, (_, at) => bytes.readInt16LE(at * 2));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Frequency of the first channel by its upward crossings of zero, Hz. */
function findFrequency(samples: readonly number[], sampleRate: number, channels: number): number {
  const first = samples.filter((_, at) => at % channels === 0).slice(sampleRate, sampleRate * 4);
  const crossings = first.filter((sample, at) => at > 0 && sample >= 0 && (first[at - 1] ?? 0) < 0).length;
  return (crossings * sampleRate) / first.length;
}
