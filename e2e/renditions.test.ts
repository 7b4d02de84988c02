/** Main and sub stream as one adaptive set: players that are not ours change between them while they play, and nobody sees more than the size change. */
import { expect, it } from 'vitest';
import type { ShownPicture } from './support/browser.ts';
import { runCommand } from './support/child.ts';
import { eventually, observe } from './support/eventually.ts';
import { fetchHls } from './support/hls-client.ts';
import {
  LOUD,
  openRenditionTown,
  SILENT,
  untilWidth,
  WIDTHS,
  type Delivery,
  type RenditionName,
} from './support/rendition-town.ts';
import { describeWith } from './support/requirements.ts';
import { useStage } from './support/stage.ts';

const SWITCHES: readonly RenditionName[] = ['sub', 'main', 'sub', 'main'];
/** What nobody sees: the longest standstill, and the furthest step back of the clock in the picture. */
const MAX_STALL_MS = 500;
const MAX_BACK_MS = 300;
/** A player must have watched one rendition so long before another one borrows for it. */
const BRIDGED_AFTER_MS = 10_500;
const SETTLING_MS = 4_000;

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

describeWith('main and sub stream', ['chromium', 'gstreamer', 'ffmpeg'], () => {
  const stage = useStage(async (stack) => {
    const town = stack.use(await openRenditionTown());
    return { town, browser: town.browser };
  });

  it.each<{ what: string; key: string; delivery: Delivery; isAsleep: boolean }>([
    { what: 'over HLS, the sub asleep at first', key: SILENT, delivery: 'hls', isAsleep: true },
    { what: 'over HLS with sound in the main only', key: LOUD, delivery: 'hls', isAsleep: true },
    { what: 'over low-latency HLS', key: SILENT, delivery: 'llhls', isAsleep: false },
    { what: 'over a WebSocket, the sub asleep at first', key: SILENT, delivery: 'mse', isAsleep: true },
    { what: 'over a WebSocket with sound in the main only', key: LOUD, delivery: 'mse', isAsleep: true },
  ])('change both ways without a stall $what', { timeout: 240_000 }, async ({ key, delivery, isAsleep }) => {
    const { town } = stage.props;
    await town.warmUp(key);
    const page = await stage.openPage();
    await town.play(page, key, delivery);
    await observe(delivery === 'hls' ? BRIDGED_AFTER_MS : SETTLING_MS, 500, () => page.video());
    // hls.js may have begun with it.
    const isSleeping = () => town.stateOf(key, 'sub') === 'idle';
    if (isAsleep) await eventually('the sub to sleep', isSleeping, { timeoutMs: 40_000 });
    else await town.wakeSub(key);
    await page.recordPictures();
    for (const wished of SWITCHES) {
      await town.wish(page, delivery, wished);
      await untilWidth(page, wished);
      await observe(2_500, 500, () => page.video());
    }
    const pictures = await page.recordPictures();
    const seen = judge(pictures);
    expect(pictures.filter(({ drawnMs }) => drawnMs !== undefined).length).toBeGreaterThan(50);
    expect(new Set(pictures.map(({ width }) => width))).toEqual(new Set(Object.values(WIDTHS)));
    expect(seen.stallMs, 'longest standstill, ms').toBeLessThan(MAX_STALL_MS);
    expect(seen.backMs, 'clock in the picture went back by, ms').toBeLessThan(MAX_BACK_MS);
    expect(seen.mediaBackS, 'currentTime went back by, s').toBeLessThan(MAX_BACK_MS / 1_000);
    expect(page.complaints).toEqual([]);
  });

  it(
    'close the sub after its last viewer, and do not open it for viewers of the main',
    { timeout: 90_000 },
    async () => {
      const { town } = stage.props;
      await town.warmUp(SILENT);
      const states = await observe(6_000, 500, async () => {
        await fetchHls(`${town.engineServer.url}/hls/${SILENT}/media.m3u8`);
        return town.stateOf(SILENT, 'sub');
      });
      expect(new Set(states)).toEqual(new Set(['idle']));
      expect(town.stateOf(SILENT, 'main')).toBe('live');
    },
  );

  it.each(['index.m3u8', 'low-latency.m3u8', 'index.m3u8?rendition=sub'])(
    'are read by ffmpeg from %s without an error',
    { timeout: 90_000 },
    async (file) => {
      const input = `${stage.props.town.engineServer.url}/hls/${LOUD}/${file}`;
      // The camera's own times, not ones rounded to a frame rate that FFmpeg guesses.
      const asIs = ['-fps_mode', 'passthrough', '-enc_time_base', '-1'];
      const args = [
        '-v',
        'error',
        '-nostdin',
        '-i',
        input,
        '-t',
        '8',
        '-map',
        '0',
        ...asIs,
        '-f',
        'null',
        '-',
      ];
      const { code, stderr } = await runCommand('ffmpeg', { args, timeoutMs: 60_000 });
      expect(stderr).toBe('');
      expect(code).toBe(0);
    },
  );
});
