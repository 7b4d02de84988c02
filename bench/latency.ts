/** How old the picture on screen is in each delivery: the clock drawn into it by an independent camera, read from a canvas. */
import { TestBrowser, type TestPage } from '../e2e/support/browser.ts';
import { MODES, openCameraPage, type Mode } from '../e2e/support/camera-page.ts';
import { median, observe, quantile } from '../e2e/support/eventually.ts';
import { GstCamera } from '../e2e/support/gst-camera.ts';
import { PantauServer } from '../e2e/support/pantau-server.ts';
import { isAvailable } from '../e2e/support/requirements.ts';
import { BENCH_ENV } from './support/bench-env.ts';
import type { BenchProgram } from './support/bench-program.ts';
import type { Figure } from './support/report.ts';

/** Blueprint of the floors: a visitor, a control room, somebody who talks to the person at the gate. */
const FLOORS_MS: Readonly<Record<Mode, number>> = { hls: 7_000, llhls: 2_000, mse: 1_000 };
const SETTLING_MS = 8_000;

export const latency: BenchProgram = {
  name: 'latency',
  about: 'glass to glass by a clock in the picture, for HLS, LL-HLS and MSE in Chromium',

  async run({ isQuick }) {
    const missing = (['chromium', 'gstreamer'] as const).filter((need) => !isAvailable(need));
    if (missing.length > 0)
      return { name: 'latency', figures: [], skipped: [`latency: needs ${missing.join(' and ')}`] };
    await using camera = await GstCamera.open([{ path: '/clock', clockBits: true }]);
    await using server = await PantauServer.open({ env: BENCH_ENV });
    await using browser = await TestBrowser.open();
    await server.addCamera({ name: 'clock', url: camera.url('/clock'), options: ['--pull', 'always'] });
    const entry = await server.untilState('clock', 'live');
    const figures: Figure[] = [];
    for (const mode of MODES) {
      await using page = await browser.openPage();
      const startedMs = performance.now();
      await openCameraPage(page, server, entry, mode);
      await page.untilPlaying(30_000);
      const firstPictureMs = performance.now() - startedMs;
      await observe(SETTLING_MS, 1_000, () => page.video());
      figures.push(...(await watch(page, mode, isQuick ? 6_000 : 20_000)));
      figures.push({
        what: `${mode}: page opened to moving picture, warm`,
        figure: firstPictureMs,
        unit: 'ms',
      });
    }
    return { name: 'latency', figures, skipped: [] };
  },
};

async function watch(page: TestPage, mode: Mode, durationMs: number): Promise<Figure[]> {
  const before = await page.video();
  const ages = (await observe(durationMs, 100, () => page.pictureAgeMs())).filter((age) => age !== undefined);
  const after = await page.video();
  const dropped = (after?.droppedFrames ?? 0) - (before?.droppedFrames ?? 0);
  return [
    {
      what: `${mode}: age of the picture, median of ${ages.length} looks`,
      figure: median(ages),
      unit: 'ms',
      floor: { atMost: FLOORS_MS[mode] },
    },
    {
      what: `${mode}: age of the picture, p95`,
      figure: quantile(ages, 0.95),
      unit: 'ms',
      note: `${dropped} frames dropped`,
    },
  ];
}
