/** The lists that every page polls, with 1,000 cameras, compressed, over 50 connections. */
import { get } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { eventually, median } from '../e2e/support/eventually.ts';
import { findFreePort } from '../e2e/support/free-port.ts';
import { PantauServer } from '../e2e/support/pantau-server.ts';
import { readStreams } from '../e2e/support/public-api.ts';
import type { BenchProgram } from './support/bench-program.ts';
import { measureLoad, type LoadResult } from './support/load.ts';
import { Nginx } from './support/nginx.ts';
import type { Figure } from './support/report.ts';

const CAMERAS = 1_000;

export const lists: BenchProgram = {
  name: 'lists',
  about: '/api/cameras/active and /api/stream with 1,000 cameras, against nginx serving the same bytes',

  async run({ isQuick }) {
    await using server = await PantauServer.open({ env: { LOG_LEVEL: 'info' } });
    await server.addCamera({ name: 'camera 1', url: `rtsp://127.0.0.1:${await findFreePort()}/live` });
    multiplyCamera(server.dataDir);
    await eventually('the server to notice', async () => (await readStreams(server.url)).length === CAMERAS);
    const rounds = isQuick ? 2 : 5;
    const seconds = isQuick ? 2 : 4;
    const headers = { 'Accept-Encoding': 'gzip' };
    const figures: Figure[] = [];
    const nginx = Nginx.isAvailable() ? await Nginx.open() : undefined;
    try {
      for (const path of ['/api/cameras/active', '/api/stream']) {
        const url = `${server.url}${path}`;
        const size = await compressedSize(url);
        const copy = await nginx?.write('list.json', Buffer.alloc(size, 'x'));
        const ours: LoadResult[] = [];
        const theirs: LoadResult[] = [];
        for (let round = 0; round < rounds; round++) {
          ours.push(await measureLoad({ url, connections: 50, seconds, headers }));
          if (copy !== undefined)
            theirs.push(await measureLoad({ url: copy, connections: 50, seconds, headers }));
        }
        figures.push(...summarise(path, size, ours, theirs));
      }
    } finally {
      await nginx?.[Symbol.asyncDispose]();
    }
    return {
      name: 'lists',
      figures,
      skipped: nginx === undefined ? ['lists: nginx is missing, so no ratio'] : [],
    };
  },
};

function summarise(
  path: string,
  size: number,
  ours: readonly LoadResult[],
  theirs: readonly LoadResult[],
): Figure[] {
  const rate = median(ours.map((load) => load.requestsPerSecond));
  const peerRate = median(theirs.map((load) => load.requestsPerSecond));
  const peer = Number.isNaN(peerRate)
    ? {}
    : { peer: 'nginx, 1 worker, as many bytes', peerFigure: peerRate, ratio: rate / peerRate };
  const what = `${path}, ${CAMERAS.toLocaleString('en')} cameras, ${size.toLocaleString('en')} bytes compressed`;
  return [
    {
      what: `${what}: requests`,
      figure: rate,
      unit: '1/s',
      floor: { atLeast: 20_000 },
      ...peer,
      note: `by ${ours[0]?.tool}`,
    },
    {
      what: `${what}: p99`,
      figure: median(ours.map((load) => load.p99Ms)),
      unit: 'ms',
      floor: { atMost: 10 },
    },
    {
      what: `${what}: errors`,
      figure: ours.reduce((sum, load) => sum + load.errors, 0),
      unit: 'requests',
      floor: { atMost: 0 },
    },
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
