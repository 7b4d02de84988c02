/** Random faults on a fake camera's mounts, one after the other and side by side, by a seed: what a city's cameras do in a year. */
import type { FakeCamera } from '@pantau/media/testing/fake-camera';
import { NO_FAULTS, type FakeFaults } from '@pantau/media/testing/fake-faults';
import { SeededRandom } from '@pantau/media/testing/random';
import { pause } from './process-usage.ts';

const FAULTS: readonly Partial<FakeFaults>[] = [
  { lossRate: 0.02 },
  { reorderRate: 0.05 },
  { duplicateRate: 0.1 },
  { silent: true },
  { frozen: true },
  { garbageBytes: 200 },
  { markers: false },
  { sprop: false, inBandFromGop: 2 },
  { senderReports: false, clockDriftPpm: 400 },
  { replyByteIntervalMs: 5 },
  { hangAt: 'DESCRIBE' },
  { closeAt: 'PLAY' },
  { refuse: { method: 'SETUP', status: 453 } },
  { refuse: { method: 'DESCRIBE', status: 503 } },
  { refuse: { method: 'DESCRIBE', status: 404 } },
  { rewriteSdp: (sdp) => sdp.slice(0, sdp.length / 2) },
];
/** Ms between two new faults, how long one lasts, and between two power cuts of the whole camera with how long those last. */
const EVERY_MS = 400;
const LASTS_MS = [3_000, 20_000] as const;
const CUT_EVERY_MS = 150_000;
const CUT_MS = 8_000;

/** Runs until `signal` aborts, then takes every fault back. */
export async function playChaos(
  camera: FakeCamera,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const random = new SeededRandom(7);
  const until = new Map<string, number>();
  let nextCutMs = performance.now() + CUT_EVERY_MS;
  while (!signal.aborted) {
    const nowMs = performance.now();
    for (const [path, endMs] of until) {
      if (endMs > nowMs) continue;
      camera.setFault(NO_FAULTS, path);
      until.delete(path);
    }
    const path = pick(random, paths);
    if (!until.has(path)) {
      const dice = random.next();
      if (dice < 0.1) camera.jumpTimestamps((random.next() - 0.5) * 7_200_000, path);
      else camera.setFault(pick(random, FAULTS), path);
      until.set(path, nowMs + LASTS_MS[0] + random.next() * (LASTS_MS[1] - LASTS_MS[0]));
    }
    if (nowMs >= nextCutMs) {
      nextCutMs = nowMs + CUT_EVERY_MS;
      await camera.refuseConnections(CUT_MS);
      camera.dropConnections();
    }
    await pause(EVERY_MS);
  }
  camera.clearFaults();
  await camera.acceptConnections();
}

function pick<T>(random: SeededRandom, items: readonly T[]): T {
  const item = items[random.integer(items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}
