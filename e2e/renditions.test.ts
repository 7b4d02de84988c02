/** Main and sub stream as one adaptive set: players that are not ours change between them while they play, and nobody sees more than the size change. */
import { expect, it } from 'vitest';
import { TestBrowser, type ShownPicture, type TestPage } from './support/browser.ts';
import { runCommand } from './support/child.ts';
import { EngineServer } from './support/engine-server.ts';
import { eventually, observe } from './support/eventually.ts';
import { GstCamera } from './support/gst-camera.ts';
import { fetchHls } from './support/hls-client.ts';
import { HlsPage } from './support/hls-page.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

const KEY = 'cam-renditions';
const LOUD = 'cam-with-sound';
const WIDTHS = { main: 1280, sub: 320 } as const;
/** What nobody sees: the longest standstill, and the furthest step back of the clock in the picture. */
const MAX_STALL_MS = 500;
const MAX_BACK_MS = 300;
const SWITCHES = ['sub', 'main', 'sub', 'main', 'sub'] as const;

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

function sizeOf(page: TestPage): Promise<number> {
  return page.video().then((video) => video?.width ?? 0);
}

describeWith('switching between renditions', ['chromium', 'gstreamer', 'ffmpeg'], () => {
  const stage = useStage(async (stack) => {
    const main = {
      width: 1280,
      height: 720,
      gopSeconds: 2,
      kbps: 1_500,
      clockBits: true,
      fps: 15,
      preset: 'ultrafast',
    } as const;
    const sub = { width: 320, height: 180, gopSeconds: 1.4, kbps: 300, clockBits: true, fps: 15 } as const;
    const camera = stack.use(
      await GstCamera.open([
        { path: '/main', ...main },
        { path: '/sub', ...sub },
        { path: '/main-loud', ...main, audio: true },
        { path: '/sub-silent', ...sub },
      ]),
    );
    const source = (path: string) => ({ url: camera.url(path), username: undefined, password: undefined });
    const idle = { pull: 'on-demand', idleCloseMs: 3_000 } as const;
    const server = stack.use(
      await EngineServer.open([
        { key: KEY, source: source('/main'), sub: source('/sub'), ...idle },
        { key: LOUD, source: source('/main-loud'), sub: source('/sub-silent'), ...idle },
      ]),
    );
    const browser = stack.use(await TestBrowser.open());
    const hlsPage = stack.use(await HlsPage.open());
    return { camera, engineServer: server, browser, hlsPage };
  });

  const stateOf = (key: string, name: string) =>
    stage.props.engineServer.engine.findStatus(key)?.renditions.find((each) => each.name === name)?.state;

  it.each([
    { what: 'HLS', key: KEY, file: 'index.m3u8', isWarm: false },
    { what: 'low-latency HLS', key: KEY, file: 'low-latency.m3u8', isWarm: true },
    { what: 'HLS with sound in the main only', key: LOUD, file: 'index.m3u8', isWarm: false },
  ])('hls.js changes both ways over $what without a stall', { timeout: 120_000 }, async ({ key, file, isWarm }) => {
    const { engineServer, hlsPage } = stage.props;
    const page = await stage.openPage();
    await page.goto(hlsPage.url(`${engineServer.url}/hls/${key}/${file}`));
    await page.page.evaluate('hls.on(Hls.Events.MANIFEST_PARSED, () => { hls.loadLevel = 1; })');
    await page.untilPlaying(30_000);
    await eventually('the large picture', async () => (await sizeOf(page)) === WIDTHS.main, {
      timeoutMs: 20_000,
    });
    await observe(3_000, 500, () => page.video());
    await page.recordPictures();
    for (const wished of SWITCHES) {
      if (isWarm) await fetchHls(`${engineServer.url}/hls/${key}/${wished === 'sub' ? 'sub-' : ''}media.m3u8`);
      console.log(stateOf(key,'sub'), stateOf(key,'main'));
      await page.page.evaluate(`hls.loadLevel = ${wished === 'sub' ? 0 : 1}`);
      await eventually(
        `pictures of the ${wished} stream`,
        async () => (await sizeOf(page)) === WIDTHS[wished],
        {
          timeoutMs: 20_000,
        },
      );
      await observe(2_500, 500, () => page.video());
    }
    const pictures = await page.recordPictures();
    const seen = judge(pictures);
    console.log(what(pictures), seen, await page.page.evaluate('hlsErrors'));
    expect(seen.stallMs).toBeLessThan(MAX_STALL_MS);
    expect(seen.backMs).toBeLessThan(MAX_BACK_MS);
    expect(seen.mediaBackS).toBeLessThan(MAX_BACK_MS / 1_000);
    expect(await page.page.evaluate('hlsErrors')).toEqual([]);
    expect(page.complaints).toEqual([]);
  });
});

function what(pictures: readonly ShownPicture[]): string {
  const out: string[] = [];
  for (const [i, p] of pictures.entries()) {
    const b = pictures[i - 1];
    if (b && b.width !== p.width)
      out.push(
        `${b.width}->${p.width} gap=${Math.round(p.atMs - b.atMs)} media=${(p.mediaTime - b.mediaTime).toFixed(3)} drawn=${(p.drawnMs ?? 0) - (b.drawnMs ?? 0)}`,
      );
    else if (b && p.atMs - b.atMs > 200)
      out.push(`gap ${Math.round(p.atMs - b.atMs)} media=${(p.mediaTime - b.mediaTime).toFixed(3)}`);
  }
  return `${pictures.length} ${out.join(' | ')}`;
}
