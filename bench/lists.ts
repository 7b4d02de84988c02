/** The lists that every page polls, with 1,000 cameras, compressed, over 50 connections. */
import { get } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { eventually, median } from '../e2e/support/eventually.ts';
import { findFreePort } from '../e2e/support/free-port.ts';
import { PantauServer } from '../e2e/support/pantau-server.ts';
import { readStreams } from '../e2e/support/public-api.ts';
import { BareNode } from './support/bare-node.ts';
import { BENCH_ENV } from './support/bench-env.ts';
import type { BenchProgram } from './support/bench-program.ts';
import { isLoadAvailable, measureLoad, type LoadResult } from './support/load.ts';
import { Nginx } from './support/nginx.ts';
import type { Figure } from './support/report.ts';

const CAMERAS = 1_000;

export const lists: BenchProgram = {
  name: 'lists',
  about: '/api/cameras/active and /api/stream with 1,000 cameras, against a bare Node server and nginx',

  async run({ isQuick }) {
    if (!isLoadAvailable()) return { name: 'lists', figures: [], skipped: ['lists: needs wrk'] };
    await using server = await PantauServer.open({ env: BENCH_ENV });
    await server.addCamera({ name: 'camera 1', url: `rtsp://127.0.0.1:${await findFreePort()}/live` });
    multiplyCamera(server.dataDir);
    await eventually('the server to notice', async () => (await readStreams(server.url)).length === CAMERAS);
    const rounds = isQuick ? 2 : 5;
    const seconds = isQuick ? 2 : 4;
    const headers = { 'Accept-Encoding': 'gzip' };
    const figures: Figure[] = [];
    await using nginx = Nginx.isAvailable() ? await Nginx.open() : undefined;
    for (const path of ['/api/cameras/active', '/api/stream']) {
      const url = `${server.url}${path}`;
      const size = await compressedSize(url);
      const bytes = Buffer.alloc(size, 'x');
      const copy = await nginx?.write('list.json', bytes);
      await using bare = await BareNode.open(bytes);
      const ours: LoadResult[] = [];
      const bares: LoadResult[] = [];
      const nginxes: LoadResult[] = [];
      for (let round = 0; round < rounds; round++) {
        ours.push(await measureLoad({ url, connections: 50, seconds, headers }));
        bares.push(await measureLoad({ url: bare.url, connections: 50, seconds, headers }));
        if (copy !== undefined)
          nginxes.push(await measureLoad({ url: copy, connections: 50, seconds, headers }));
      }
      figures.push(...summarise({ path, size, ours, bares, nginxes }));
    }
    return { name: 'lists', figures, skipped: nginx === undefined ? ['lists: nginx is missing'] : [] };
  },
};

function summarise(of: {
  path: string;
  size: number;
  ours: readonly LoadResult[];
  bares: readonly LoadResult[];
  nginxes: readonly LoadResult[];
}): Figure[] {
  const { path, size, ours, bares, nginxes } = of;
  const rateOf = (loads: readonly LoadResult[]) => median(loads.map((load) => load.requestsPerSecond));
  const p99Of = (loads: readonly LoadResult[]) => median(loads.map((load) => load.p99Ms));
  const what = `${path}, ${CAMERAS.toLocaleString('en')} cameras, ${size.toLocaleString('en')} bytes compressed`;
  const figures: Figure[] = [
    {
      what: `${what}: requests`,
      figure: rateOf(ours),
      unit: '1/s',
      floor: { atLeast: 20_000 },
      peer: 'a bare Node server with as many bytes',
      peerFigure: rateOf(bares),
      ratio: rateOf(ours) / rateOf(bares),
    },
    {
      what: `${what}: p99`,
      figure: p99Of(ours),
      unit: 'ms',
      floor: { atMost: 10 },
      peer: 'a bare Node server with as many bytes',
      peerFigure: p99Of(bares),
      ratio: p99Of(ours) / p99Of(bares),
    },
    {
      what: `${what}: errors`,
      figure: ours.reduce((sum, load) => sum + load.errors, 0),
      unit: 'requests',
      floor: { atMost: 0 },
    },
  ];
  if (nginxes.length === 0) return figures;
  const ratio = rateOf(ours) / rateOf(nginxes);
  const peer = { peer: 'nginx, 1 worker, RAM disk', peerFigure: rateOf(nginxes), ratio };
  return [
    ...figures,
    { what: `${what}: requests, against nginx`, figure: rateOf(ours), unit: '1/s', ...peer },
  ];
}

/** One camera comes from the command line; the others are its copies, written as another process would write them. */
function multiplyCamera(dataDir: string): void {
  using database = new DatabaseSync(join(dataDir, 'pantau.db'));
  const names = database
    .prepare('select name from pragma_table_info(?)')
    .all('cameras')
    .map((row) => String(row['name']))
    .filter((name) => !['id', 'name', 'stream_key'].includes(name));
  const columns = names.join(', ');
  const insert = database.prepare(
    `insert into cameras (name, stream_key, ${columns}) select ?, ?, ${columns} from cameras where name = 'camera 1'`,
  );
  database.exec('begin immediate');
  for (let index = 2; index <= CAMERAS; index++)
    insert.run(`camera ${index}`, `bench-stream-${String(index).padStart(6, '0')}`);
  database.exec('update revision set value = value + 1');
  database.exec('commit');
}

/** Bytes of the reply's body on the wire. */
function compressedSize(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { 'Accept-Encoding': 'gzip' } }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('end', () => resolve(bytes));
    }).on('error', reject);
  });
}
