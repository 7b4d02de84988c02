/** How long it takes from the wish for another size to its first picture, in each delivery, with the sub asleep and awake. */
import type { TestPage } from '../e2e/support/browser.ts';
import { median, observe, quantile } from '../e2e/support/eventually.ts';
import {
  openRenditionTown,
  SILENT,
  untilWidth,
  type Delivery,
  type RenditionName,
  type RenditionTown,
} from '../e2e/support/rendition-town.ts';
import { isAvailable } from '../e2e/support/requirements.ts';
import type { BenchProgram } from './support/bench-program.ts';
import type { Figure } from './support/report.ts';

const DELIVERY_NAMES: readonly Delivery[] = ['hls', 'llhls', 'mse'];
/** HLS shows what it has loaded before it shows what was wished; over the WebSocket the next key frame is the first. */
const FLOORS_MS: Readonly<Record<Delivery, number>> = { hls: 12_000, llhls: 5_000, mse: 4_000 };
/** A player must have watched one rendition for 9.5 s before another one borrows for it. */
const SETTLING_MS = 11_000;
const BETWEEN_MS = 1_500;
const LOOK_EVERY_MS = 20;

export const renditions: BenchProgram = {
  name: 'renditions',
  about: 'from the wish for another size to its first picture, for HLS, LL-HLS and MSE in Chromium',

  async run({ isQuick }) {
    const missing = (['chromium', 'gstreamer'] as const).filter((need) => !isAvailable(need));
    if (missing.length > 0)
      return { name: 'renditions', figures: [], skipped: [`renditions: needs ${missing.join(' and ')}`] };
    await using town = await openRenditionTown();
    const figures: Figure[] = [];
    for (const delivery of DELIVERY_NAMES) figures.push(...(await measure(town, delivery, isQuick ? 3 : 10)));
    return { name: 'renditions', figures, skipped: [] };
  },
};

async function measure(town: RenditionTown, delivery: Delivery, rounds: number): Promise<Figure[]> {
  await town.warmUp(SILENT);
  await using page = await town.browser.openPage();
  await town.play(page, SILENT, delivery);
  await observe(SETTLING_MS, 1_000, () => page.video());
  const asleepMs = await change(town, page, delivery, 'sub');
  const awake: number[] = [];
  await page.recordPictures();
  for (let round = 0; round < rounds; round++) {
    for (const name of ['main', 'sub'] as const) {
      await observe(BETWEEN_MS, 500, () => page.video());
      awake.push(await change(town, page, delivery, name));
    }
  }
  const pictures = await page.recordPictures();
  const stallMs = pictures.reduce(
    (worst, { atMs }, index) => Math.max(worst, atMs - (pictures[index - 1]?.atMs ?? atMs)),
    0,
  );
  return [
    { what: `${delivery}: wish to picture, the sub asleep`, figure: asleepMs, unit: 'ms' },
    {
      what: `${delivery}: wish to picture, median of ${awake.length} changes`,
      figure: median(awake),
      unit: 'ms',
      floor: { atMost: FLOORS_MS[delivery] },
    },
    { what: `${delivery}: wish to picture, p95`, figure: quantile(awake, 0.95), unit: 'ms' },
    { what: `${delivery}: longest standstill while changing`, figure: stallMs, unit: 'ms' },
  ];
}

async function change(
  town: RenditionTown,
  page: TestPage,
  delivery: Delivery,
  name: RenditionName,
): Promise<number> {
  const wishedMs = performance.now();
  await town.wish(page, delivery, name);
  await untilWidth(page, name, LOOK_EVERY_MS);
  return performance.now() - wishedMs;
}
