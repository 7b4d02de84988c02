/** Main and sub stream as one adaptive set: players that are not ours change between them while they play, and nobody sees more than the size change. */
import { expect, it } from 'vitest';
import { TestBrowser, type ShownPicture, type TestPage } from './support/browser.ts';
import { runCommand } from './support/child.ts';
import { EngineServer } from './support/engine-server.ts';
import { eventually, observe } from './support/eventually.ts';
import { GstCamera } from './support/gst-camera.ts';
import { fetchHls } from './support/hls-client.ts';
import { HlsPage } from './support/hls-page.ts';
import { MsePage } from './support/mse-page.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

const SILENT = 'cam-silent';
/** The main has sound, the sub has none. */
const LOUD = 'cam-with-sound';
const WIDTHS = { main: 1280, sub: 320 } as const;
type Name = keyof typeof WIDTHS;
const SWITCHES: readonly Name[] = ['sub', 'main', 'sub', 'main'];
/** What nobody sees: the longest standstill, and the furthest step back of the clock in the picture. */
const MAX_STALL_MS = 500;
const MAX_BACK_MS = 300;
const IDLE_CLOSE_MS = 3_000;
const LISTED_SEGMENTS = 6;

/** The worst of what a visitor may have seen. */
function judge(pictures: readonly ShownPicture[]): { stallMs: number; backMs: number; mediaBackS: number } {
  let stallMs = 0;
  let backMs = 0;
  let mediaBackS = 0;
  let drawnMs = 0;
  for (const [index, picture] of pictures.entries()) {
    const before = pictures[index - 1];
    if (before) {
      stallMs = Math.max(stallMs, picture.atMs - before.atMs);
      mediaBackS = Math.max(mediaBackS, before.mediaTime - picture.mediaTime);
    }
    if (picture.drawnMs === undefined) continue;
    backMs = Math.max(backMs, drawnMs - picture.drawnMs);
    drawnMs = Math.max(drawnMs, picture.drawnMs);
  }
  return { stallMs, backMs, mediaBackS };
}

function expectSmooth(pictures: readonly ShownPicture[]): void {
  const seen = judge(pictures);
  expect(pictures.filter(({ drawnMs }) => drawnMs !== undefined).length).toBeGreaterThan(50);
  expect(new Set(pictures.map(({ width }) => width))).toEqual(new Set(Object.values(WIDTHS)));
  expect(seen.stallMs, 'longest standstill, ms').toBeLessThan(MAX_STALL_MS);
  expect(seen.backMs, 'clock in the picture went back by, ms').toBeLessThan(MAX_BACK_MS);
  expect(seen.mediaBackS, 'currentTime went back by, s').toBeLessThan(MAX_BACK_MS / 1_000);
}

async function untilWidth(page: TestPage, name: Name): Promise<void> {
  await eventually(
    `pictures of the ${name} stream`,
    async () => (await page.video())?.width === WIDTHS[name],
    { timeoutMs: 25_000 },
  );
}

describeWith('main and sub stream', ['chromium', 'gstreamer', 'ffmpeg'], () => {
  const stage = useStage(async (stack) => {
    const clock = { clockBits: true, fps: 15, preset: 'ultrafast' } as const;
    const main = { ...clock, width: 1280, height: 720, gopSeconds: 2, kbps: 1_500 };
    const sub = { ...clock, width: 320, height: 180, gopSeconds: 1.4, kbps: 300 };
    const camera = stack.use(
      await GstCamera.open([
        { path: '/main', ...main },
        { path: '/sub', ...sub },
        { path: '/main-loud', ...main, audio: true },
        { path: '/sub-silent', ...sub },
      ]),
    );
    const source = (path: string) => ({ url: camera.url(path), username: undefined, password: undefined });
    const pulled = { pull: 'on-demand', idleCloseMs: IDLE_CLOSE_MS } as const;
    const engineServer = stack.use(
      await EngineServer.open([
        { key: SILENT, source: source('/main'), sub: source('/sub'), ...pulled },
        { key: LOUD, source: source('/main-loud'), sub: source('/sub-silent'), ...pulled },
      ]),
    );
    const browser = stack.use(await TestBrowser.open());
    const hlsPage = stack.use(await HlsPage.open());
    const msePage = stack.use(await MsePage.open());
    return { camera, engineServer, browser, hlsPage, msePage };
  });

  const stateOf = (key: string, name: Name) =>
    stage.props.engineServer.engine.findStatus(key)?.renditions.find((each) => each.name === name)?.state;

  /** The main has played for a while, so that players keep their usual distance to the live edge; the sub was seen once and sleeps. */
  async function warmUp(key: string): Promise<void> {
    const { engineServer } = stage.props;
    await fetchHls(`${engineServer.url}/hls/${key}/index.m3u8`);
    await eventually(
      'a full playlist of the main, and a sleeping sub',
      async () => {
        const { text } = await fetchHls(`${engineServer.url}/hls/${key}/media.m3u8`);
        return text.match(/#EXTINF/g)?.length === LISTED_SEGMENTS && stateOf(key, 'sub') === 'idle';
      },
      { timeoutMs: 40_000, everyMs: 500 },
    );
  }

  it.each([
    { what: 'HLS, the sub asleep at first', key: SILENT, file: 'index.m3u8', isAsleep: true },
    { what: 'low-latency HLS', key: SILENT, file: 'low-latency.m3u8', isAsleep: false },
    { what: 'HLS with sound in the main only', key: LOUD, file: 'index.m3u8', isAsleep: true },
  ])(
    'hls.js changes both ways without a stall over $what',
    { timeout: 180_000 },
    async ({ key, file, isAsleep }) => {
      const { engineServer, hlsPage } = stage.props;
      await warmUp(key);
      const page = await stage.openPage();
      await page.goto(hlsPage.url(`${engineServer.url}/hls/${key}/${file}`));
      await page.page.evaluate('hls.on(Hls.Events.MANIFEST_PARSED, () => { hls.loadLevel = 1; })');
      await page.untilPlaying(30_000);
      await untilWidth(page, 'main');
      await observe(4_000, 500, () => page.video());
      if (!isAsleep) await fetchHls(`${engineServer.url}/hls/${key}/sub-media-ll.m3u8`);
      expect(stateOf(key, 'sub')).toBe(isAsleep ? 'idle' : 'live');
      await page.recordPictures();
      for (const wished of SWITCHES) {
        await page.page.evaluate(`hls.loadLevel = ${wished === 'sub' ? 0 : 1}`);
        await untilWidth(page, wished);
        await observe(2_500, 500, () => page.video());
      }
      expectSmooth(await page.recordPictures());
      expect(await page.page.evaluate('hlsErrors')).toEqual([]);
      expect(page.complaints).toEqual([]);
    },
  );

  it.each([SILENT, LOUD])(
    'a WebSocket viewer changes both ways without a stall (%s)',
    { timeout: 120_000 },
    async (key) => {
      const { engineServer, msePage } = stage.props;
      await warmUp(key);
      const page = await stage.openPage();
      await page.goto(msePage.url(`${engineServer.url.replace('http', 'ws')}/mse/${key}`));
      await page.untilPlaying(30_000);
      await untilWidth(page, 'main');
      await observe(2_000, 500, () => page.video());
      await page.recordPictures();
      for (const wished of SWITCHES) {
        await page.page.evaluate(`wish('${wished}')`);
        await untilWidth(page, wished);
        await observe(2_500, 500, () => page.video());
      }
      expectSmooth(await page.recordPictures());
      expect(page.complaints).toEqual([]);
    },
  );

  it(
    'closes the sub after its last viewer and does not open it for viewers of the main',
    { timeout: 90_000 },
    async () => {
      const { engineServer } = stage.props;
      await warmUp(SILENT);
      const media = `${engineServer.url}/hls/${SILENT}/media.m3u8`;
      const states = await observe(6_000, 500, async () => {
        await fetchHls(media);
        return stateOf(SILENT, 'sub');
      });
      expect(new Set(states)).toEqual(new Set(['idle']));
      expect(stateOf(SILENT, 'main')).toBe('live');
    },
  );

  it.each(['index.m3u8', 'low-latency.m3u8', 'index.m3u8?rendition=sub'])(
    'ffmpeg reads %s without an error',
    { timeout: 90_000 },
    async (file) => {
      const { engineServer } = stage.props;
      const input = `${engineServer.url}/hls/${LOUD}/${file}`;
      const args = ['-v', 'error', '-nostdin', '-i', input, '-t', '8', '-map', '0', '-f', 'null', '-'];
      const { code, stderr } = await runCommand('ffmpeg', { args, timeoutMs: 60_000 });
      expect(stderr).toBe('');
      expect(code).toBe(0);
    },
  );
});
