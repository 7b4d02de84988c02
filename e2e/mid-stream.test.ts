/** A camera whose picture changes while it plays: another size, another profile, another codec. Players go on. */
import { spawnSync } from 'node:child_process';
import { openFakeCamera, type FakeCamera } from '@pantau/media/testing/fake-camera';
import type { Clip } from '@pantau/media/testing/clip';
import { expect, it } from 'vitest';
import { TestBrowser } from './support/browser.ts';
import { MODES, openCameraPage } from './support/camera-page.ts';
import { encodeClip } from './support/encode-clip.ts';
import { eventually, observe } from './support/eventually.ts';
import { fetchHls, findMediaPlaylist } from './support/hls-client.ts';
import { PantauServer } from './support/pantau-server.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

/** Three pages decode 1080p in software, beside the tests of others. */
const FPS = 10;
const CHANGE_EVERY_MS = 4_000;
const WATCHED_MS = 24_000;

/** Lets a camera play one clip after the other, for ever, until it is disposed of. */
function alternate(camera: FakeCamera, clips: readonly Clip[], everyMs: number): Disposable {
  let turn = 0;
  const timer = setInterval(() => {
    const clip = clips[++turn % clips.length];
    if (clip !== undefined) camera.switchClip(clip);
  }, everyMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** The longest time in which the picture did not move, ms. */
function findLongestStop(
  looks: readonly { readonly atMs: number; readonly video: { readonly currentTime: number } }[],
): number {
  let movedMs = looks[0]?.atMs ?? 0;
  let longestMs = 0;
  for (const [index, { atMs, video }] of looks.entries()) {
    const before = looks[index - 1];
    if (before !== undefined && video.currentTime > before.video.currentTime) movedMs = atMs;
    longestMs = Math.max(longestMs, atMs - movedMs);
  }
  return longestMs;
}

/** A stretch of segments that share an init segment: its name, and all its bytes. */
interface Run {
  readonly init: string;
  readonly bodies: Buffer[];
}

/** What an HLS client gets in a while, in order. */
async function collectRuns(entryUrl: string, forMs: number): Promise<Run[]> {
  const playlistUrl = await findMediaPlaylist(entryUrl);
  const fetchFile = async (name: string) => (await fetchHls(new URL(name, playlistUrl).href)).body;
  const runs: Run[] = [];
  const seen = new Set<string>();
  await observe(forMs, 1_000, async () => {
    let init = '';
    for (const line of (await fetchHls(playlistUrl)).text.split('\n').map((text) => text.trim())) {
      if (line.startsWith('#EXT-X-MAP:')) init = /URI="([^"]*)"/.exec(line)?.[1] ?? '';
      if (line === '' || line.startsWith('#') || seen.has(line)) continue;
      seen.add(line);
      if (runs.at(-1)?.init !== init) runs.push({ init, bodies: [await fetchFile(init)] });
      runs.at(-1)?.bodies.push(await fetchFile(line));
    }
  });
  return runs;
}

/** Decodes a run; codec and size of what ffmpeg saw in it. */
function decode({ bodies }: Run): string {
  const input = Buffer.concat(bodies);
  const asIs = ['-fps_mode', 'passthrough', '-enc_time_base', '-1'];
  const decoded = spawnSync('ffmpeg', ['-v', 'error', '-i', 'pipe:0', ...asIs, '-f', 'null', '-'], { input });
  expect(decoded.stderr.toString()).toBe('');
  const shown = spawnSync(
    'ffprobe',
    ['-v', 'error', '-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0', 'pipe:0'],
    { input },
  );
  return shown.stdout.toString().trim();
}

describeWith('a camera that changes its picture in mid-stream', ['ffmpeg', 'chromium'], () => {
  const stage = useStage(async (stack) => {
    const large = encodeClip({ codec: 'h264', size: '1920x1080', profile: 'high', fps: FPS, seconds: 2 });
    const small = encodeClip({ codec: 'h264', size: '1280x720', profile: 'main', fps: FPS, seconds: 2 });
    const other = encodeClip({ codec: 'h265', size: '1280x720', fps: FPS, seconds: 2 });
    const open = async (clip: Clip): Promise<FakeCamera> =>
      stack.use(await openFakeCamera({ mounts: [{ path: '/live', clip }] }));
    const sizes = await open(large);
    const codecs = await open(small);
    const modern = await open(other);
    const server = stack.use(await PantauServer.open());
    const browser = stack.use(await TestBrowser.open());
    await server.addCameras([
      { name: 'sizes', url: sizes.url() },
      { name: 'codecs', url: codecs.url() },
      { name: 'modern', url: modern.url() },
    ]);
    return { large, small, other, sizes, codecs, server, browser };
  });

  it('1080p High and 720p Main in turn: all three deliveries play on', { timeout: 120_000 }, async () => {
    const { server, sizes, large, small } = stage.props;
    const entry = await server.stream('sizes');
    const pages = await Promise.all(MODES.map(() => stage.openPage()));
    await Promise.all(pages.map((page, index) => openCameraPage(page, server, entry, MODES[index] ?? 'hls')));
    await Promise.all(pages.map((page) => page.untilPlaying(30_000)));
    using _changes = alternate(sizes, [large, small], CHANGE_EVERY_MS);
    const looks = await observe(WATCHED_MS, 500, () =>
      Promise.all(pages.map(async (page) => ({ atMs: performance.now(), video: await page.video() }))),
    );
    for (const [index, mode] of MODES.entries()) {
      const seen = looks.flatMap((look) => {
        const { atMs, video } = look[index] ?? {};
        return atMs === undefined || video === undefined ? [] : [{ atMs, video }];
      });
      const heights = new Set(seen.map(({ video }) => video.height));
      expect(heights, `${mode}: heights`).toEqual(new Set([1080, 720]));
      expect(
        seen.map(({ video }) => video.error).filter((error) => error !== null),
        `${mode}: errors`,
      ).toEqual([]);
      expect(findLongestStop(seen), `${mode}: longest stop`).toBeLessThan(3_000);
      const [first] = seen;
      const last = seen.at(-1);
      const seconds = ((last?.atMs ?? 0) - (first?.atMs ?? 0)) / 1000;
      const played = (last?.video.currentTime ?? 0) - (first?.video.currentTime ?? 0);
      expect(played / seconds, `${mode}: media seconds per second`).toBeGreaterThan(0.8);
    }
    for (const page of pages) expect(page.complaints).toEqual([]);
  });

  // FFmpeg's own HLS reader skips every init segment but the first, so each stretch is handed to it by itself.
  it.each([
    { name: 'sizes', seen: ['h264,1920,1080', 'h264,1280,720'] },
    { name: 'codecs', seen: ['h264,1280,720', 'hevc,1280,720'] },
  ] as const)(
    'two $name in turn: ffmpeg decodes each stretch with its own init segment, without a complaint',
    { timeout: 90_000 },
    async ({ name, seen }) => {
      const { server, small, large, other } = stage.props;
      const entry = await server.stream(name);
      using _changes = alternate(
        stage.props[name],
        [small, name === 'sizes' ? large : other],
        CHANGE_EVERY_MS,
      );
      const runs = await collectRuns(`${server.url}${entry.streams.hls}`, WATCHED_MS);
      expect(new Set(runs.map(decode))).toEqual(new Set(seen));
      expect(runs.length).toBeGreaterThanOrEqual(4);
      expect(new Set(runs.map(({ init }) => init)).size).toBe(runs.length);
    },
  );

  it('H.265: the page plays it, or says in words what is lacking', { timeout: 60_000 }, async () => {
    const { server } = stage.props;
    const entry = await server.stream('modern');
    const page = await stage.openPage();
    await openCameraPage(page, server, entry, 'mse');
    const live = await server.untilState('modern', 'live');
    expect(live.video).toMatchObject({ codec: 'H.265', width: 1280, height: 720 });
    const codec = live.video?.codec_string ?? '';
    expect(codec).toMatch(/^hvc1\.1\.6\.L\d+\.\w/);
    const isSupported = await page.page.evaluate(
      `MediaSource.isTypeSupported('video/mp4; codecs="${codec}"')`,
    );
    if (isSupported === true) await page.untilPlaying(30_000);
    else {
      await eventually(
        'words about H.265',
        async () => ((await page.page.locator('main').innerText()).includes('H.265') ? true : undefined),
        { timeoutMs: 20_000 },
      );
    }
  });
});
