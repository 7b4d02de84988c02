/** Two cameras with a main and a sub stream whose groups of pictures are not aligned, in a bare engine, and players to change between them. */
import { TestBrowser, type TestPage } from './browser.ts';
import { EngineServer } from './engine-server.ts';
import { eventually } from './eventually.ts';
import { GstCamera } from './gst-camera.ts';
import { fetchHls, parseMediaPlaylist } from './hls-client.ts';
import { HlsPage } from './hls-page.ts';
import { MsePage } from './mse-page.ts';

export const SILENT = 'cam-silent';
/** The main has sound, the sub has none. */
export const LOUD = 'cam-with-sound';
export const WIDTHS = { main: 1280, sub: 320 } as const;
export type RenditionName = keyof typeof WIDTHS;

export const DELIVERIES = {
  hls: { file: 'index.m3u8' },
  llhls: { file: 'low-latency.m3u8' },
  mse: { file: undefined },
} as const;
export type Delivery = keyof typeof DELIVERIES;

const IDLE_CLOSE_MS = 3_000;
const LISTED_SEGMENTS = 6;

export interface RenditionTown extends AsyncDisposable {
  readonly browser: TestBrowser;
  readonly engineServer: EngineServer;
  stateOf(key: string, name: RenditionName): string | undefined;
  /** Returns when the main has played for a while, so that players keep their usual distance to the live edge, and the sub was seen once and sleeps. */
  warmUp(key: string): Promise<void>;
  /** A viewer asks for the sub by hand, until it is live. */
  wakeSub(key: string): Promise<void>;
  /** Plays the main in `page`. */
  play(page: TestPage, key: string, delivery: Delivery): Promise<void>;
  /** Over low-latency HLS at the beginning of a segment, as our own player does (`web/src/player/hls-session.ts`). */
  wish(page: TestPage, delivery: Delivery, name: RenditionName): Promise<void>;
}

export async function openRenditionTown(): Promise<RenditionTown> {
  await using opening = new AsyncDisposableStack();
  const clock = { clockBits: true, fps: 15, preset: 'ultrafast' } as const;
  const main = { ...clock, width: 1280, height: 720, gopSeconds: 2, kbps: 1_500 };
  const sub = { ...clock, width: 320, height: 180, gopSeconds: 1.4, kbps: 300 };
  const camera = opening.use(
    await GstCamera.open([
      { path: '/main', ...main },
      { path: '/sub', ...sub },
      { path: '/main-loud', ...main, audio: true },
      { path: '/sub-silent', ...sub },
    ]),
  );
  const source = (path: string) => ({ url: camera.url(path), username: undefined, password: undefined });
  const pulled = { pull: 'on-demand', idleCloseMs: IDLE_CLOSE_MS } as const;
  const engineServer = opening.use(
    await EngineServer.open([
      { key: SILENT, source: source('/main'), sub: source('/sub'), ...pulled },
      { key: LOUD, source: source('/main-loud'), sub: source('/sub-silent'), ...pulled },
    ]),
  );
  const hlsPage = opening.use(await HlsPage.open());
  const msePage = opening.use(await MsePage.open());
  const browser = opening.use(await TestBrowser.open());
  const stack = opening.move();
  const stateOf = (key: string, name: RenditionName) =>
    engineServer.engine.findStatus(key)?.renditions.find((each) => each.name === name)?.state;
  const untilSegmentBegins = async (name: RenditionName) => {
    const file = `${name === 'sub' ? 'sub-' : ''}media-ll.m3u8`;
    const { firstMsn, segments } = parseMediaPlaylist((await fetchFile(SILENT, file)).text);
    await fetchFile(SILENT, `${file}?_HLS_msn=${firstMsn + segments.length + 1}&_HLS_part=0`);
  };
  const fetchFile = (key: string, file: string) => fetchHls(`${engineServer.url}/hls/${key}/${file}`);
  return {
    browser,
    engineServer,
    stateOf,
    async warmUp(key) {
      await fetchFile(key, 'index.m3u8');
      await eventually(
        'a full playlist of the main, and a sleeping sub',
        async () => {
          const { text } = await fetchFile(key, 'media.m3u8');
          return text.match(/#EXTINF/g)?.length === LISTED_SEGMENTS && stateOf(key, 'sub') === 'idle';
        },
        { timeoutMs: 60_000, everyMs: 500 },
      );
    },
    async wakeSub(key) {
      await eventually('the sub to be live', async () => {
        await fetchFile(key, 'sub-media-ll.m3u8');
        return stateOf(key, 'sub') === 'live';
      });
    },
    async play(page, key, delivery) {
      const { file } = DELIVERIES[delivery];
      if (file === undefined)
        await page.goto(msePage.url(`${engineServer.url.replace('http', 'ws')}/mse/${key}`));
      else {
        await page.goto(hlsPage.url(`${engineServer.url}/hls/${key}/${file}`));
        // The playlist may be there before we can ask for it.
        await page.page.evaluate(
          'hls.levels.length > 0 ? (hls.loadLevel = 1) : hls.on(Hls.Events.MANIFEST_PARSED, () => { hls.loadLevel = 1; })',
        );
      }
      await page.untilPlaying(30_000);
      await untilWidth(page, 'main');
    },
    async wish(page, delivery, name) {
      if (delivery === 'llhls') await untilSegmentBegins(name);
      await page.page.evaluate(
        delivery === 'mse' ? `wish('${name}')` : `hls.loadLevel = ${name === 'sub' ? 0 : 1}`,
      );
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export async function untilWidth(page: TestPage, name: RenditionName, everyMs = 100): Promise<void> {
  await eventually(
    `pictures of the ${name} stream`,
    async () => (await page.video())?.width === WIDTHS[name],
    { timeoutMs: 40_000, everyMs },
  );
}
