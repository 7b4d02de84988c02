/** How old the picture on screen is, by the clock drawn into it where it was taken: glass to glass, over loopback. */
import { expect, it } from 'vitest';
import { TestBrowser } from './support/browser.ts';
import { openCameraPage, type Mode } from './support/camera-page.ts';
import { eventually, median, observe, quantile } from './support/eventually.ts';
import { GstCamera } from './support/gst-camera.ts';
import { HlsPage } from './support/hls-page.ts';
import { PantauServer } from './support/pantau-server.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

/** What each mode promises: the median age of the picture, over loopback. */
const FLOORS_MS: Readonly<Record<Mode, number>> = { mse: 1_000, llhls: 2_000, hls: 7_000 };
const WATCHED_MS = 30_000;
/** Ms a player may take to settle at its place behind the live edge. */
const SETTLING_MS = 8_000;

describeWith('latency', ['chromium', 'gstreamer'], () => {
  const stage = useStage(async (stack) => {
    const camera = stack.use(await GstCamera.open([{ path: '/clock', clockBits: true }]));
    const server = stack.use(await PantauServer.open());
    const browser = stack.use(await TestBrowser.open());
    const hlsPage = stack.use(await HlsPage.open());
    await server.addCamera({ name: 'clock', url: camera.url('/clock'), options: ['--pull', 'always'] });
    const entry = await server.untilState('clock', 'live');
    return { camera, server, browser, hlsPage, entry };
  });

  it(
    'stays under 2 s with hls.js in low-latency mode, and hls.js knows it',
    { timeout: 120_000 },
    async () => {
      const { server, hlsPage, entry } = stage.props;
      const page = await stage.openPage();
      await page.goto(hlsPage.url(`${server.url}${entry.streams.llhls}`));
      await page.untilPlaying();
      await observe(SETTLING_MS, 1_000, () => page.video());
      const looks = await observe(WATCHED_MS, 250, async () => ({
        ageMs: await page.pictureAgeMs(),
        latency: Number(await page.page.evaluate('hlsLatency()')),
      }));
      const ages = looks.flatMap((look) => look.ageMs ?? []);
      expect(ages.length).toBeGreaterThan(WATCHED_MS / 1_000);
      expect(median(ages), 'age of the picture, ms').toBeLessThan(2_000);
      expect(quantile(ages, 0.95), 'age of the picture, ms').toBeLessThan(2_600);
      const latencies = looks.map((look) => look.latency * 1_000);
      expect(median(latencies), 'hls.latency, ms').toBeLessThan(2_000);
      expect(Math.abs(median(latencies) - median(ages)), 'pixels against hls.latency').toBeLessThan(400);
      expect(await page.page.evaluate('hlsErrors')).toEqual([]);
      expect(page.complaints).toEqual([]);
    },
  );

  it.each<readonly Mode[]>([['mse', 'hls'], ['llhls']])(
    'stays under the floor on the portal in mode %s %s',
    { timeout: 120_000 },
    async (...modes) => {
      const { server, entry } = stage.props;
      const pages = await Promise.all(modes.map(async (mode) => ({ mode, page: await stage.openPage() })));
      await Promise.all(
        pages.map(async ({ mode, page }) => {
          await openCameraPage(page, server, entry, mode);
          await page.untilPlaying(30_000);
          await eventually('a clock in the picture', () => page.pictureAgeMs());
          await observe(SETTLING_MS, 1_000, () => page.video());
        }),
      );
      const looks = await observe(10_000, 250, () =>
        Promise.all(pages.map(({ page }) => page.pictureAgeMs())),
      );
      for (const [index, { mode, page }] of pages.entries()) {
        const ages = looks.flatMap((look) => look[index] ?? []);
        expect(ages.length, `clocks read in mode ${mode}`).toBeGreaterThan(10);
        expect(median(ages), `age of the picture in mode ${mode}, ms`).toBeLessThan(FLOORS_MS[mode]);
        expect(page.complaints).toEqual([]);
      }
    },
  );
});
