/**
 * What source workers are worth: the engine with 0, 1 and 2 worker threads pulls the same cameras (1080p25, 2 Mbit/s). How busy is
 * the main thread, which serves viewers, how late is it at worst, and what do all threads together cost? Rounds alternate.
 */
import { spawnSync } from 'node:child_process';
import { eventually, median } from '../e2e/support/eventually.ts';
import { getBenchClip } from './support/bench-clip.ts';
import type { BenchProgram } from './support/bench-program.ts';
import { BenchCameras } from './support/camera-process.ts';
import { BenchEngine } from './support/engine-process.ts';
import { measureCpu } from './support/process-usage.ts';
import type { Figure } from './support/report.ts';

interface Look {
  /** % of one core, all threads. */
  readonly cpuPercent: number;
  /** % of the main thread's time. */
  readonly mainPercent: number;
  readonly delayP99Ms: number;
}

export const workers: BenchProgram = {
  name: 'workers',
  about: 'the main thread with and without source workers',

  async run({ isQuick }) {
    if (spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status !== 0) {
      return { name: 'workers', figures: [], skipped: ['workers: needs ffmpeg (for the clip)'] };
    }
    const clip = await getBenchClip();
    const count = isQuick ? 40 : 100;
    const rounds = isQuick ? 1 : 3;
    await using cameras = await BenchCameras.open(count, clip);
    const threads = [0, 1, 2];
    const looks = new Map<number, Look[]>(threads.map((each) => [each, []]));
    for (let round = 0; round < rounds; round++) {
      for (const each of threads) looks.get(each)?.push(await look(cameras.urls, each));
    }
    const alone = summary(looks.get(0));
    return {
      name: 'workers',
      figures: threads.flatMap((each) => figuresOf(count, each, summary(looks.get(each)), alone)),
      skipped: [],
    };
  },
};

async function look(urls: readonly string[], threads: number): Promise<Look> {
  await using engine = new BenchEngine(urls, threads);
  await eventually('all cameras to be live', async () => (await engine.ask()).live === urls.length, {
    timeoutMs: 60_000,
    everyMs: 500,
  });
  await engine.ask(); // begins the stretch that is looked at
  const { cpuPercent } = await measureCpu(10_000, engine.pid);
  const { mainBusy, delayP99Ms, live, lostPackets } = await engine.ask();
  if (live !== urls.length || lostPackets > 0) throw new Error(`${live} live, ${lostPackets} packets lost`);
  return { cpuPercent, mainPercent: mainBusy * 100, delayP99Ms };
}

function summary(looks: readonly Look[] = []): Look {
  return {
    cpuPercent: median(looks.map((each) => each.cpuPercent)),
    mainPercent: median(looks.map((each) => each.mainPercent)),
    delayP99Ms: median(looks.map((each) => each.delayP99Ms)),
  };
}

function figuresOf(count: number, threads: number, ours: Look, alone: Look): Figure[] {
  const name = threads === 0 ? 'no worker' : threads === 1 ? '1 worker' : `${threads} workers`;
  const against = threads === 0 ? {} : { peer: 'the same engine without workers, in the same run' };
  return [
    {
      what: `${count} cameras, ${name}: main thread busy`,
      figure: ours.mainPercent,
      unit: '%',
      ...(threads === 0
        ? {}
        : { ...against, peerFigure: alone.mainPercent, ratio: ours.mainPercent / alone.mainPercent }),
    },
    {
      what: `${count} cameras, ${name}: all threads`,
      figure: ours.cpuPercent,
      unit: '% of a core',
      ...(threads === 0
        ? {}
        : { ...against, peerFigure: alone.cpuPercent, ratio: ours.cpuPercent / alone.cpuPercent }),
    },
    {
      what: `${count} cameras, ${name}: p99 delay of the main thread's loop`,
      figure: ours.delayP99Ms,
      unit: 'ms',
      ...(threads === 0
        ? {}
        : { ...against, peerFigure: alone.delayP99Ms, ratio: ours.delayP99Ms / alone.delayP99Ms }),
    },
  ];
}
