/**
 * A city's cameras for half an hour: 50 cameras with random faults and a power cut now and then, the engine pulling all of them. Does
 * memory stay, does every camera come back, and is anything left when the engine stops?
 */
import { spawnSync } from 'node:child_process';
import { eventually } from '../e2e/support/eventually.ts';
import { getBenchClip } from './support/bench-clip.ts';
import type { BenchProgram } from './support/bench-program.ts';
import { BenchCameras } from './support/camera-process.ts';
import { BenchEngine } from './support/engine-process.ts';
import { pause, watchMemory } from './support/process-usage.ts';

/** The longest a camera may be waited for once it is well: the longest pause between two attempts, and a key frame. */
const COME_BACK_MS = 75_000;
const LOOK_MS = 5_000;

export const soak: BenchProgram = {
  name: 'soak',
  about: 'half an hour of random faults: memory, recovery, what is left',

  async run({ isQuick }) {
    if (spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status !== 0) {
      return { name: 'soak', figures: [], skipped: ['soak: needs ffmpeg (for the clip)'] };
    }
    const count = isQuick ? 20 : 50;
    const durationMs = isQuick ? 40_000 : 1_800_000;
    const clip = await getBenchClip();
    await using cameras = await BenchCameras.open(count, clip);
    await using engine = new BenchEngine(cameras.urls);
    const isLive = async () => (await engine.ask()).live === count;
    await eventually('all cameras to be live', isLive, { timeoutMs: 60_000, everyMs: 500 });

    cameras.beginChaos();
    const {
      result: shares,
      peakBytes,
      slopeMiBPerMinute,
    } = await watchMemory(engine.pid, async () => {
      const looks: number[] = [];
      const endMs = performance.now() + durationMs;
      while (performance.now() < endMs) {
        await pause(LOOK_MS);
        looks.push((await engine.ask()).live / count);
      }
      return looks;
    });
    cameras.endChaos();
    const wellMs = performance.now();
    await eventually('all cameras to be live again', isLive, { timeoutMs: COME_BACK_MS, everyMs: 250 });
    const backMs = performance.now() - wellMs;
    const left = await engine.stop();

    const name = `${count} cameras, ${Math.round(durationMs / 60_000)} min of faults`;
    return {
      name: 'soak',
      figures: [
        {
          what: `${name}: memory slope of the second half`,
          figure: slopeMiBPerMinute,
          unit: 'MiB/min',
          ...(isQuick ? {} : { floor: { atMost: 0.3 } }),
          note: `peak ${(peakBytes / 2 ** 20).toFixed(0)} MiB`,
        },
        {
          what: `${name}: cameras that were live, on average`,
          figure: (shares.reduce((sum, share) => sum + share, 0) / shares.length) * 100,
          unit: '%',
        },
        {
          what: `${name}: all live again after the last fault`,
          figure: backMs / 1_000,
          unit: 's',
          floor: { atMost: COME_BACK_MS / 1_000 },
        },
        {
          what: `${name}: timers and sockets left after the stop`,
          figure: left.length,
          unit: '',
          floor: { atMost: 0 },
          ...(left.length === 0 ? {} : { note: left.join(', ') }),
        },
      ],
      skipped: [],
    };
  },
};
