/**
 * What viewers cost: crowds of HLS players and WebSocket viewers on the real server, with its memory watched; then plain
 * requests per second for a segment and a playlist, against nginx serving the very same bytes from a RAM disk.
 */
import { spawnSync } from 'node:child_process';
import { median } from '../e2e/support/eventually.ts';
import { fetchHls, findMediaPlaylist, parseMediaPlaylist } from '../e2e/support/hls-client.ts';
import { PantauServer } from '../e2e/support/pantau-server.ts';
import { getBenchClip } from './support/bench-clip.ts';
import { BENCH_ENV } from './support/bench-env.ts';
import { BareNode } from './support/bare-node.ts';
import type { BenchOptions, BenchProgram } from './support/bench-program.ts';
import { BenchCameras } from './support/camera-process.ts';
import { runCrowd, type CrowdPlan } from './support/crowd.ts';
import { isLoadAvailable, measureLoad, type LoadResult } from './support/load.ts';
import { Nginx } from './support/nginx.ts';
import { readUsage, watchMemory } from './support/process-usage.ts';
import type { Figure } from './support/report.ts';

const CAMERAS = 10;
/** Bit rate whose 2 s segments are 1 MiB: the size the reference proxy was measured with. */
const MEBIBYTE_KBPS = 4_200;
const MIB = 2 ** 20;
/**
 * Eight times the requests of the proxy that Pantau replaces (554 segments or 1,844 playlists a second), on the machine
 * where a bare Node server reached 5,591 and 65,981: as shares of the bare server, so that they hold anywhere.
 */
const FLOORS_AGAINST_NODE = { '1 MiB segment': (8 * 554) / 5_591, playlist: (8 * 1_844) / 65_981 } as const;

export const delivery: BenchProgram = {
  name: 'delivery',
  about: 'HLS players and MSE viewers: rates, times, memory; segment and playlist against nginx',

  async run(options) {
    if (spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status !== 0) {
      return { name: 'delivery', figures: [], skipped: ['delivery: needs ffmpeg (for the clip)'] };
    }
    await using cameras = await BenchCameras.open(CAMERAS, await getBenchClip());
    await using bigCamera = await BenchCameras.open(1, await getBenchClip(MEBIBYTE_KBPS));
    await using server = await PantauServer.open({ env: BENCH_ENV });
    const names = cameras.urls.map((_, index) => `camera ${index}`);
    const always = ['--pull', 'always'];
    await server.addCameras(
      cameras.urls.map((url, index) => ({ name: names[index] ?? '', url, options: always })),
    );
    await server.addCamera({ name: 'big', url: bigCamera.urls[0] ?? '', options: always });
    const entries = await Promise.all(names.map((name) => server.untilState(name, 'live')));
    const big = await server.untilState('big', 'live');
    const playlists = await Promise.all(
      entries.map((entry) => findMediaPlaylist(`${server.url}${entry.streams.hls}`)),
    );
    const bigPlaylist = await findMediaPlaylist(`${server.url}${big.streams.hls}`);
    const sockets = entries.map((entry) => `${server.url.replace('http', 'ws')}${entry.streams.mse}`);

    const seconds = options.isQuick ? 10 : 30;
    const arriveMs = 3_000;
    const figures: Figure[] = [];
    for (const viewers of options.isQuick ? [200] : [200, 1_000]) {
      figures.push(
        ...(await measureCrowd(server, { kind: 'hls', viewers, urls: playlists, seconds, arriveMs })),
      );
    }
    figures.push(
      ...(await measureCrowd(server, { kind: 'mse', viewers: 500, urls: sockets, seconds, arriveMs })),
    );
    const raw = await compareWithNginx(bigPlaylist, options);
    figures.push(...raw.figures);
    return { name: 'delivery', figures, skipped: raw.skipped };
  },
};

async function measureCrowd(server: PantauServer, plan: CrowdPlan): Promise<Figure[]> {
  const before = readUsage(server.pid);
  const startedMs = performance.now();
  const { result, peakBytes, slopeMiBPerMinute } = await watchMemory(server.pid, () => runCrowd(plan));
  const tookMs = performance.now() - startedMs;
  const cpuPercent = ((readUsage(server.pid).cpuMs - before.cpuMs) / tookMs) * 100;
  const who = `${plan.viewers} ${plan.kind === 'hls' ? 'HLS players' : 'MSE viewers'}`;
  const complaints = result.complaints.length > 0 ? { note: result.complaints.join('; ') } : {};
  const common: Figure[] = [
    {
      what: `${who}: still served at the end`,
      figure: result.alive,
      unit: 'viewers',
      floor: { atLeast: plan.viewers },
    },
    { what: `${who}: errors`, figure: result.errors, unit: 'requests', floor: { atMost: 0 }, ...complaints },
    { what: `${who}: throughput`, figure: result.bytes / tookMs / 1_000, unit: 'MB/s' },
    {
      what: `${who}: CPU of the server`,
      figure: cpuPercent,
      unit: '% of a core',
      note: '11 cameras of 2–4 Mbit/s included',
    },
    { what: `${who}: memory, peak`, figure: peakBytes / MIB, unit: 'MiB' },
    { what: `${who}: memory, slope of the second half`, figure: slopeMiBPerMinute, unit: 'MiB/min' },
  ];
  if (plan.kind === 'mse') {
    return [
      ...common,
      { what: `${who}: fragments`, figure: (result.requests / tookMs) * 1_000, unit: '1/s' },
      {
        what: `${who}: time between fragments, p99`,
        figure: result.media.p99Ms,
        unit: 'ms',
        note: '40 ms at 25 fps',
      },
    ];
  }
  return [
    ...common,
    { what: `${who}: requests`, figure: (result.requests / tookMs) * 1_000, unit: '1/s' },
    { what: `${who}: playlist, p50`, figure: result.playlists.p50Ms, unit: 'ms' },
    { what: `${who}: playlist, p99`, figure: result.playlists.p99Ms, unit: 'ms' },
    { what: `${who}: 2 s segment, p50`, figure: result.media.p50Ms, unit: 'ms' },
    { what: `${who}: 2 s segment, p99`, figure: result.media.p99Ms, unit: 'ms' },
  ];
}

async function compareWithNginx(
  playlistUrl: string,
  { isQuick }: BenchOptions,
): Promise<{ figures: Figure[]; skipped: string[] }> {
  if (!Nginx.isAvailable() || !isLoadAvailable()) {
    return { figures: [], skipped: ['delivery: raw requests need nginx and wrk'] };
  }
  await using nginx = await Nginx.open();
  const rounds = isQuick ? 2 : 5;
  const seconds = isQuick ? 2 : 4;
  const figures: Figure[] = [];
  for (const kind of ['1 MiB segment', 'playlist'] as const) {
    const ours: LoadResult[] = [];
    const theirs: LoadResult[] = [];
    const bares: LoadResult[] = [];
    let bytes = 0;
    for (let round = 0; round < rounds; round++) {
      // A live segment leaves the server within seconds: each round takes the newest, and nginx gets its very bytes.
      const playlist = await fetchHls(playlistUrl);
      const newest = parseMediaPlaylist(playlist.text).segments.at(-1) ?? '';
      const url = kind === 'playlist' ? playlistUrl : new URL(newest, playlistUrl).href;
      const reply = await fetchHls(url);
      bytes = reply.body.length;
      const copy = await nginx.write(kind === 'playlist' ? 'media.m3u8' : 'segment.m4s', reply.body);
      ours.push(await measureLoad({ url, connections: 50, seconds }));
      theirs.push(await measureLoad({ url: copy, connections: 50, seconds }));
      await using bare = await BareNode.open(reply.body);
      bares.push(await measureLoad({ url: bare.url, connections: 50, seconds }));
    }
    const rate = median(ours.map((load) => load.requestsPerSecond));
    const peerRate = median(theirs.map((load) => load.requestsPerSecond));
    const bareRate = median(bares.map((load) => load.requestsPerSecond));
    const what = `${kind} (${bytes.toLocaleString('en')} bytes), 50 connections`;
    figures.push(
      {
        what: `${what}: requests`,
        figure: rate,
        unit: '1/s',
        peer: 'nginx, 1 worker, RAM disk',
        peerFigure: peerRate,
        ratio: rate / peerRate,
        note: 'the aim is 0.8',
      },
      {
        what: `${what}: requests, against Node`,
        figure: rate,
        unit: '1/s',
        peer: 'a bare Node server, same bytes',
        peerFigure: bareRate,
        ratio: rate / bareRate,
        ratioFloor: { atLeast: FLOORS_AGAINST_NODE[kind] },
      },
      {
        what: `${what}: p99`,
        figure: median(ours.map((load) => load.p99Ms)),
        unit: 'ms',
        peer: 'nginx, 1 worker, RAM disk',
        peerFigure: median(theirs.map((load) => load.p99Ms)),
        ratio: median(ours.map((load) => load.p99Ms)) / median(theirs.map((load) => load.p99Ms)),
      },
      {
        what: `${what}: errors`,
        figure: ours.reduce((sum, load) => sum + load.errors, 0),
        unit: 'requests',
        floor: { atMost: 0 },
      },
    );
  }
  return { figures, skipped: [] };
}
