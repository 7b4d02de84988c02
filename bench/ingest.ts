/**
 * What a camera costs: CPU and memory of the engine for 1, 20 and 100 simulated 1080p25 cameras of 2 Mbit/s, against one
 * `ffmpeg -c copy -f hls` process per camera pulling from the same sender, and against MediaMTX where it is on the machine. Rounds alternate, so that a noisy neighbour on the machine hits both.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Child } from '../e2e/support/child.ts';
import { eventually, median } from '../e2e/support/eventually.ts';
import { getBenchClip } from './support/bench-clip.ts';
import type { BenchProgram } from './support/bench-program.ts';
import { BenchCameras } from './support/camera-process.ts';
import { BenchEngine } from './support/engine-process.ts';
import { isMediamtxThere, Mediamtx } from './support/mediamtx.ts';
import { measureCpu, readUsage } from './support/process-usage.ts';
import type { Figure } from './support/report.ts';

const MIB = 2 ** 20;

interface Cost {
  /** % of one core, all cameras. */
  readonly cpuPercent: number;
  readonly rssBytes: number;
  readonly pssBytes: number;
}

export const ingest: BenchProgram = {
  name: 'ingest',
  about: 'CPU and memory per camera, against ffmpeg -c copy -f hls',

  async run({ isQuick }) {
    if (spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status !== 0) {
      return {
        name: 'ingest',
        figures: [],
        skipped: ['ingest: needs ffmpeg (for the clip and as the peer)'],
      };
    }
    const clip = await getBenchClip();
    const counts = isQuick ? [1, 20] : [1, 20, 100];
    const peers = isQuick ? 3 : 10;
    const rounds = isQuick ? 1 : 3;
    const roundMs = isQuick ? 5_000 : 8_000;
    await using cameras = await BenchCameras.open(Math.max(...counts), clip);
    const idle = await measureIdleEngine();
    const figures: Figure[] = [];
    for (const count of counts) {
      const urls = cameras.urls.slice(0, count);
      await using engine = await openEngine(urls);
      await using ffmpegs = await openFfmpegs(urls.slice(0, Math.min(count, peers)));
      const ours: Cost[] = [];
      const theirs: Cost[] = [];
      for (let round = 0; round < rounds; round++) {
        ours.push(await costOf(roundMs, engine.pid));
        theirs.push(await costOf(roundMs, ...ffmpegs.pids));
      }
      const { live, lostPackets } = await engine.ask();
      figures.push(...compare({ count, live, lostPackets, ours, theirs, peers: ffmpegs.pids.length, idle }));
      if (isMediamtxThere())
        figures.push(...(await compareWithMediamtx(urls, engine, { rounds, roundMs, idle })));
    }
    const skipped = isMediamtxThere() ? [] : ['ingest: no MediaMTX on this machine to compare with'];
    return { name: 'ingest', figures, skipped };
  },
};

/** The same cameras on MediaMTX beside us, by turns. */
async function compareWithMediamtx(
  urls: readonly string[],
  engine: BenchEngine,
  { rounds, roundMs, idle }: { readonly rounds: number; readonly roundMs: number; readonly idle: Cost },
): Promise<Figure[]> {
  await using peer = await Mediamtx.open(urls);
  const ours: Cost[] = [];
  const theirs: Cost[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await costOf(roundMs, engine.pid));
    theirs.push(await costOf(roundMs, peer.pid));
  }
  const cameras = urls.length === 1 ? '1 camera' : `${urls.length} cameras`;
  const peerName = 'MediaMTX, one process, low-latency HLS of all';
  const cpu = median(ours.map((cost) => cost.cpuPercent)) / urls.length;
  const peerCpu = median(theirs.map((cost) => cost.cpuPercent)) / urls.length;
  const rss = (median(ours.map((cost) => cost.rssBytes)) - idle.rssBytes) / urls.length / MIB;
  const peerRss = median(theirs.map((cost) => cost.rssBytes)) / urls.length / MIB;
  return [
    {
      what: `${cameras}: CPU per camera`,
      figure: cpu,
      unit: '% of a core',
      peer: peerName,
      peerFigure: peerCpu,
      ratio: cpu / peerCpu,
    },
    {
      what: `${cameras}: memory per camera, above an engine without cameras`,
      figure: rss,
      unit: 'MiB',
      peer: peerName,
      peerFigure: peerRss,
      ratio: rss / peerRss,
      note: "the peer's whole process, divided",
    },
  ];
}

function compare(of: {
  count: number;
  live: number;
  lostPackets: number;
  ours: readonly Cost[];
  theirs: readonly Cost[];
  peers: number;
  idle: Cost;
}): Figure[] {
  const { count, live, lostPackets, ours, theirs, peers, idle } = of;
  const cpu = median(ours.map((cost) => cost.cpuPercent)) / count;
  const peerCpu = median(theirs.map((cost) => cost.cpuPercent)) / peers;
  const rss = median(ours.map((cost) => cost.rssBytes));
  const added = (rss - idle.rssBytes) / count / MIB;
  const peerRss = median(theirs.map((cost) => cost.rssBytes)) / peers / MIB;
  const peerPss = median(theirs.map((cost) => cost.pssBytes)) / peers / MIB;
  const cameras = count === 1 ? '1 camera' : `${count} cameras`;
  const peer = `ffmpeg -c copy -f hls, one process per camera (${peers} measured)`;
  return [
    {
      what: `${cameras}: live, packets lost ${lostPackets}`,
      figure: live,
      unit: 'cameras',
      floor: { atLeast: count },
    },
    {
      what: `${cameras}: CPU per camera`,
      figure: cpu,
      unit: '% of a core',
      // One camera alone carries the whole process: timers, garbage collection, the event loop.
      ...(count === 1 ? {} : { floor: { atMost: 0.3 } }),
      peer,
      peerFigure: peerCpu,
      ratio: cpu / peerCpu,
    },
    {
      what: `${cameras}: memory per camera, above an engine without cameras`,
      figure: added,
      unit: 'MiB',
      ...(count === 1 ? {} : { floor: { atMost: 5 } }),
      peer,
      peerFigure: peerRss,
      ratio: added / peerRss,
      note: `whole process ${(rss / MIB).toFixed(0)} MiB; a peer process shares pages, its share alone is ${peerPss.toFixed(0)} MiB`,
    },
  ];
}

async function openEngine(urls: readonly string[]): Promise<BenchEngine> {
  const engine = new BenchEngine(urls);
  await eventually('all cameras to be live', async () => (await engine.ask()).live === urls.length, {
    timeoutMs: 60_000,
    everyMs: 500,
  });
  // Memory is what the ring of segments holds: let it fill before anything is read off.
  await untilSteady(async () => (await engine.ask()).bufferedBytes);
  return engine;
}

/** Waits until a figure has stopped growing. */
async function untilSteady(read: () => Promise<number>): Promise<void> {
  let last = 0;
  let steadyLooks = 0;
  await eventually(
    'the engine to hold as much as it will',
    async () => {
      const now = await read();
      steadyLooks = now > last * 1.03 ? 0 : steadyLooks + 1;
      last = Math.max(now, last);
      return steadyLooks >= 3;
    },
    { timeoutMs: 45_000, everyMs: 1_000 },
  );
}

async function measureIdleEngine(): Promise<Cost> {
  await using engine = new BenchEngine([]);
  await engine.ask();
  const { rssBytes, pssBytes } = readUsage(engine.pid);
  return { cpuPercent: 0, rssBytes, pssBytes };
}

async function openFfmpegs(urls: readonly string[]): Promise<{ pids: number[] } & AsyncDisposable> {
  const folder = await mkdtemp('/dev/shm/pantau-bench-ffmpeg-');
  const children = await Promise.all(
    urls.map(async (url, index) => {
      const target = join(folder, String(index));
      await mkdir(target);
      const args = [
        '-v',
        'error',
        '-nostdin',
        '-rtsp_transport',
        'tcp',
        '-i',
        url,
        '-c',
        'copy',
        '-f',
        'hls',
      ];
      args.push(
        '-hls_segment_type',
        'fmp4',
        '-hls_time',
        '2',
        '-hls_list_size',
        '6',
        '-hls_flags',
        'delete_segments',
      );
      return new Child('ffmpeg', { args: [...args, join(target, 'index.m3u8')], cwd: target });
    }),
  );
  return {
    pids: children.map((child) => child.pid),
    async [Symbol.asyncDispose]() {
      await Promise.all(children.map((child) => child.stop(3_000)));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function costOf(durationMs: number, ...pids: number[]): Promise<Cost> {
  const { cpuPercent, usage } = await measureCpu(durationMs, ...pids);
  return { cpuPercent, rssBytes: usage.rssBytes, pssBytes: usage.pssBytes };
}
