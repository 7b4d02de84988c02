/**
 * The two shapes of a crowd: a thousand viewers on one camera, as when something happens, and ten on each of a hundred, as on an
 * ordinary evening. Half of them HLS players, half WebSocket viewers, each half in a process of its own.
 */
import { spawnSync } from 'node:child_process';
import { findMediaPlaylist } from '../e2e/support/hls-client.ts';
import { PantauServer } from '../e2e/support/pantau-server.ts';
import { getBenchClip } from './support/bench-clip.ts';
import { BENCH_ENV } from './support/bench-env.ts';
import type { BenchProgram } from './support/bench-program.ts';
import { BenchCameras } from './support/camera-process.ts';
import { runCrowd } from './support/crowd.ts';
import { readUsage } from './support/process-usage.ts';
import type { Figure } from './support/report.ts';

interface Shape {
  readonly name: string;
  readonly cameras: number;
  readonly viewers: number;
}

export const fanOut: BenchProgram = {
  name: 'fan-out',
  about: '1,000 viewers on one camera, 10 on each of 100',

  async run({ isQuick }) {
    if (spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status !== 0) {
      return { name: 'fan-out', figures: [], skipped: ['fan-out: needs ffmpeg (for the clip)'] };
    }
    const many = isQuick ? 20 : 100;
    const viewers = isQuick ? 200 : 1_000;
    const seconds = isQuick ? 10 : 30;
    const shapes: readonly Shape[] = [
      { name: `${viewers} viewers on 1 camera`, cameras: 1, viewers },
      { name: `${viewers / many} viewers on each of ${many} cameras`, cameras: many, viewers },
    ];
    await using cameras = await BenchCameras.open(many, await getBenchClip());
    await using server = await PantauServer.open({ env: BENCH_ENV });
    const names = cameras.urls.map((_, index) => `camera ${index}`);
    await server.addCameras(
      cameras.urls.map((url, index) => ({ name: names[index] ?? '', url, options: ['--pull', 'always'] })),
    );
    const entries = await Promise.all(names.map((name) => server.untilState(name, 'live')));
    const playlists = await Promise.all(
      entries.map(({ streams }) => findMediaPlaylist(`${server.url}${streams.hls}`)),
    );
    const sockets = entries.map(({ streams }) => `${server.url.replace('http', 'ws')}${streams.mse}`);
    const figures: Figure[] = [];
    for (const shape of shapes) figures.push(...(await measure(server, shape, playlists, sockets, seconds)));
    return { name: 'fan-out', figures, skipped: [] };
  },
};

async function measure(
  server: PantauServer,
  { name, cameras, viewers }: Shape,
  playlists: readonly string[],
  sockets: readonly string[],
  seconds: number,
): Promise<Figure[]> {
  const half = { viewers: viewers / 2, seconds, arriveMs: 3_000 };
  const before = readUsage(server.pid);
  const startedMs = performance.now();
  const [hls, mse] = await Promise.all([
    runCrowd({ ...half, kind: 'hls', urls: playlists.slice(0, cameras) }),
    runCrowd({ ...half, kind: 'mse', urls: sockets.slice(0, cameras) }),
  ]);
  const tookMs = performance.now() - startedMs;
  const usage = readUsage(server.pid);
  const complaints = [...hls.complaints, ...mse.complaints];
  return [
    {
      what: `${name}: still served at the end`,
      figure: hls.alive + mse.alive,
      unit: 'viewers',
      floor: { atLeast: viewers },
    },
    {
      what: `${name}: errors`,
      figure: hls.errors + mse.errors,
      unit: 'requests',
      floor: { atMost: 0 },
      ...(complaints.length > 0 ? { note: complaints.join('; ') } : {}),
    },
    {
      what: `${name}: CPU of the server`,
      figure: ((usage.cpuMs - before.cpuMs) / tookMs) * 100,
      unit: '% of a core',
    },
    { what: `${name}: memory`, figure: usage.rssBytes / 2 ** 20, unit: 'MiB' },
    { what: `${name}: throughput`, figure: (hls.bytes + mse.bytes) / tookMs / 1_000, unit: 'MB/s' },
    { what: `${name}: playlist, p99`, figure: hls.playlists.p99Ms, unit: 'ms' },
    { what: `${name}: 2 s segment, p99`, figure: hls.media.p99Ms, unit: 'ms' },
    {
      what: `${name}: time between fragments, p99`,
      figure: mse.media.p99Ms,
      unit: 'ms',
      note: '40 ms at 25 fps',
    },
  ];
}
