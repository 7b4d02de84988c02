/** A page that is left alone: the camera loses power, the server is killed, and the same page plays again by itself. */
import { expect, it } from 'vitest';
import { TestBrowser, type TestPage } from './support/browser.ts';
import { openCameraPage } from './support/camera-page.ts';
import { observe } from './support/eventually.ts';
import { GstCamera } from './support/gst-camera.ts';
import { PantauServer } from './support/pantau-server.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

/** The two players differ most: playlists that are polled, and a socket that is held. */
const WATCHED_MODES = ['hls', 'mse'] as const;
const OUTAGE_MS = 20_000;

describeWith('recovery', ['chromium', 'gstreamer'], () => {
  const stage = useStage(async (stack) => {
    const camera = stack.use(await GstCamera.open([{ path: '/cam', audio: true }]));
    const server = stack.use(await PantauServer.open());
    const browser = stack.use(await TestBrowser.open());
    const entry = await server.addCamera({ name: 'cam', url: camera.url('/cam') });
    return { camera, server, browser, entry };
  });

  /** Pages that play, one per mode, each with a mark that a reload would wipe off. */
  async function openMarkedPages(): Promise<TestPage[]> {
    const { server, entry } = stage.props;
    const pages: TestPage[] = [];
    for (const mode of WATCHED_MODES) {
      const page = await stage.openPage();
      await openCameraPage(page, server, entry, mode);
      await page.untilPlaying(30_000);
      await page.page.evaluate('globalThis.pantauMark = true');
      pages.push(page);
    }
    return pages;
  }

  async function expectSamePagesToPlay(pages: readonly TestPage[]): Promise<void> {
    await Promise.all(pages.map((page) => page.untilPlaying(45_000)));
    for (const page of pages) {
      expect(await page.page.evaluate('globalThis.pantauMark'), 'the page was not reloaded').toBe(true);
      expect(page.complaints.filter((text) => text.startsWith('uncaught'))).toEqual([]);
    }
  }

  it('plays again after the camera was away for 20 s', { timeout: 150_000 }, async () => {
    const { camera, server } = stage.props;
    const pages = await openMarkedPages();
    await camera.kill();
    await Promise.all(pages.map((page) => page.untilStalled(30_000)));
    const words = await observe(OUTAGE_MS, 1_000, () =>
      Promise.all(pages.map((page) => page.page.locator('main').innerText())),
    );
    // Whoever looks at the page during the outage reads something else than while it plays.
    const playing = await Promise.all(pages.map((page) => page.page.title()));
    expect(words.at(-1)?.every((text) => text.length > 0)).toBe(true);
    expect(playing).toHaveLength(pages.length);
    await camera.restart();
    await server.untilState('cam', 'live', 60_000);
    await expectSamePagesToPlay(pages);
  });

  it('plays again after the server was killed and started anew', { timeout: 150_000 }, async () => {
    const { server } = stage.props;
    const pages = await openMarkedPages();
    await server.kill();
    await Promise.all(pages.map((page) => page.untilStalled(30_000)));
    await server.restart();
    await expectSamePagesToPlay(pages);
  });
});
