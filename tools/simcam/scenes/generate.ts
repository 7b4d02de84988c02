/**
 * Draws the demo town's camera clips again: each scene is rendered frame by frame in headless Chromium and encoded by
 * ffmpeg into the shape the simulator expects. A maintainer's tool: it needs Debian's `chromium` and `ffmpeg`.
 *
 *   node tools/simcam/scenes/generate.ts [scene ...]             rebuild clips
 *   node tools/simcam/scenes/generate.ts --encode [scene ...]    encode again what was rendered last
 *   node tools/simcam/scenes/generate.ts --still 0.3 out.png scene   one frame, quickly
 */
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFile, rename } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { chromium } from 'playwright-core';
import { CLIPS } from './clips.ts';
import type { Clip } from './clips.ts';
import { writeAmbience } from './ambience.ts';
import { checkClip } from './check-clip.ts';

const HERE = import.meta.dirname;
const CLIP_FOLDER = join(HERE, '..', 'clips');
const SIZE = '1280x720';
const BROWSER_FLAGS = [
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
];

/** Serves the scene sources as JavaScript and passes each posted frame to `onFrame`. */
async function serveScenes(onFrame: (pixels: Buffer) => Promise<void>): Promise<Server> {
  const server = createServer((request, reply) => {
    const answer = async (): Promise<void> => {
      const path = normalize(new URL(request.url ?? '/', 'http://scenes').pathname);
      if (request.method === 'POST') {
        await onFrame(await readBody(request));
        reply.end();
      } else if (path === '/') {
        reply.setHeader('content-type', 'text/html');
        reply.end('<!doctype html><script type="module" src="/page.ts"></script>');
      } else if (path.endsWith('.ts')) {
        reply.setHeader('content-type', 'text/javascript');
        reply.end(stripTypeScriptTypes(await readFile(join(HERE, path), 'utf8')));
      } else {
        reply.statusCode = path === '/favicon.ico' ? 204 : 404;
        reply.end();
      }
    };
    answer().catch((error: unknown) => {
      reply.statusCode = 500;
      reply.end(String(error));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  return buffer(request);
}

function startFfmpeg(args: readonly string[]): ChildProcess {
  return spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...args], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
}

async function finish(child: ChildProcess): Promise<void> {
  const ended = child.exitCode === null ? once(child, 'exit') : undefined;
  child.stdin?.end();
  await ended;
  if (child.exitCode !== 0) throw new Error(`ffmpeg ended with ${child.exitCode}`);
}

/** The rendered frames before the final encoding, lossless, kept so that bit rates can be tried without drawing again. */
const masterFile = (clip: Clip): string => join(tmpdir(), `pantau-${clip.name}.mkv`);

const masterArgs = (clip: Clip): string[] => [
  '-f',
  'rawvideo',
  '-pix_fmt',
  'rgba',
  '-s',
  SIZE,
  '-r',
  String(clip.fps),
  '-i',
  '-',
  '-vf',
  'scale=out_color_matrix=bt709:out_range=tv',
  '-pix_fmt',
  'yuv420p',
  '-c:v',
  'libx264',
  '-preset',
  'ultrafast',
  '-qp',
  '0',
  masterFile(clip),
];

/**
 * Encodes the master in two passes into the clip: Constrained Baseline, 15 slices a picture, a keyframe every 2 s.
 * It is moved into place when it is whole, so that nobody plays half a clip.
 */
async function encode(clip: Clip): Promise<void> {
  const gop = clip.fps * 2;
  const x264 = `slices=15:keyint=${gop}:min-keyint=${gop}:scenecut=0:no-deblock=1:bframes=0:ref=1:repeat-headers=1:aud=0:annexb=1:psy=0:qcomp=0.7`;
  const log = join(tmpdir(), `pantau-${clip.name}`);
  const staged = join(CLIP_FOLDER, `.${clip.name}.h264`);
  for (const pass of ['1', '2'])
    await finish(
      startFfmpeg([
        '-i',
        masterFile(clip),
        '-an',
        '-c:v',
        'libx264',
        '-profile:v',
        'baseline',
        '-preset',
        'veryslow',
        '-pix_fmt',
        'yuv420p',
        '-threads',
        '2',
        '-x264-params',
        x264,
        '-b:v',
        `${clip.kbits}k`,
        '-pass',
        pass,
        '-passlogfile',
        log,
        '-f',
        'h264',
        pass === '1' ? '/dev/null' : staged,
      ]),
    );
  await checkClip(clip, staged);
  await rename(staged, join(CLIP_FOLDER, `${clip.name}.h264`));
}

async function render(clip: Clip, still: { time: number; file: string } | undefined): Promise<void> {
  const encoder = startFfmpeg(
    still === undefined
      ? masterArgs(clip)
      : ['-f', 'rawvideo', '-pix_fmt', 'rgba', '-s', SIZE, '-i', '-', '-frames:v', '1', still.file],
  );
  const server = await serveScenes(async (pixels) => {
    if (encoder.stdin?.write(pixels) === false) await once(encoder.stdin, 'drain');
  });
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: BROWSER_FLAGS });
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => process.stderr.write(`${error.stack ?? error.message}\n`));
    page.on('console', (message) => process.stderr.write(`${message.text()}\n`));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the scene server has no port');
    await page.goto(`http://127.0.0.1:${address.port}/`);
    await page.waitForFunction(() => 'sendFrame' in globalThis);
    const effort =
      still === undefined
        ? { rounds: 4, skySamples: 9, sunSamples: 3 }
        : { rounds: 1, skySamples: 10, sunSamples: 2 };
    await page.evaluate(`openScene(${JSON.stringify(clip.name)}, ${JSON.stringify(effort)})`);
    const frames = still === undefined ? clip.fps * clip.seconds : 1;
    let spentMs = 0;
    for (let i = 0; i < frames; i++) {
      spentMs += Number(await page.evaluate(`sendFrame(${still === undefined ? i / frames : still.time})`));
      if (i % 20 === 19) process.stdout.write(`${clip.name}: ${i + 1} of ${frames}\n`);
    }
    process.stdout.write(`${clip.name}: ${frames} frames, ${Math.round(spentMs / frames)} ms each\n`);
  } finally {
    await browser.close();
    server.close();
  }
  await finish(encoder);
}

async function main(args: readonly string[]): Promise<void> {
  const stillAt = args.indexOf('--still');
  const still = stillAt < 0 ? undefined : { time: Number(args[stillAt + 1]), file: args[stillAt + 2] };
  const encodeOnly = args.includes('--encode');
  const names = (stillAt < 0 ? args : args.slice(stillAt + 3)).filter((arg) => !arg.startsWith('--'));
  const chosen = names.length === 0 ? CLIPS : CLIPS.filter((clip) => names.includes(clip.name));
  if (chosen.length === 0)
    throw new Error(`no such scene; there are ${CLIPS.map((clip) => clip.name).join(', ')}`);
  for (const clip of chosen) {
    if (!encodeOnly) await render(clip, still);
    if (still === undefined) await encode(clip);
    if (still === undefined && clip.sound) await writeAmbience(clip, join(CLIP_FOLDER, `${clip.name}.aac`));
  }
}

await main(process.argv.slice(2));
