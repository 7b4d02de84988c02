/**
 * Whether a flood of sign-ins reaches the media: the time that live segments take, at a fixed rate, without and with as many
 * wrong passwords as the server will hash. A hash wants a whole core, so everybody on the machine waits longer; a bare Node
 * server that has nothing to do with the sign-ins says how much. Rounds alternate.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { median } from '../e2e/support/eventually.ts';
import { PantauServer } from '../e2e/support/pantau-server.ts';
import { fetchHls, parseMediaPlaylist } from '../e2e/support/hls-client.ts';
import { BareNode } from './support/bare-node.ts';
import { getBenchClip } from './support/bench-clip.ts';
import type { BenchProgram } from './support/bench-program.ts';
import { BenchCameras } from './support/camera-process.ts';
import { floodLogins, type LoginFloodResult } from './support/login-flood.ts';
import { pause } from './support/process-usage.ts';
import type { Figure } from './support/report.ts';
import { watchSegments, type SegmentWatchResult } from './support/segment-watch.ts';

/** What 100 viewers of 2 s segments ask for. */
const SEGMENTS_PER_SECOND = 50;
/** As many as the server takes at once (2 hash, 32 wait): all of them hash, none is sent away. */
const CONNECTIONS = 34;
/** The flood is there before the first segment is timed, and after the last. */
const FLOOD_MARGIN_SECONDS = 1;
/** Against the bare server in the same flood: room for noise. A queue of hashes on our main thread gives several hundred. */
const MAX_RATIO = 5;
/** Below that the flood was none. */
const MIN_CHECKED_PER_SECOND = 5;
const ADMIN = 'bench-admin';

interface Rounds {
  readonly quiet: readonly SegmentWatchResult[];
  readonly flooded: readonly SegmentWatchResult[];
  /** The bare Node server in the same floods. */
  readonly bare: readonly SegmentWatchResult[];
  readonly floods: readonly LoginFloodResult[];
}

export const login: BenchProgram = {
  name: 'login',
  about: 'live segments while sign-ins with wrong passwords flood the server, against the same without',

  async run({ isQuick }) {
    if (spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status !== 0) {
      return { name: 'login', figures: [], skipped: ['login: needs ffmpeg (for the clip)'] };
    }
    await using cameras = await BenchCameras.open(1, await getBenchClip());
    await using server = await PantauServer.open({
      env: {
        LOG_LEVEL: 'info',
        // The flood comes from many addresses, as its header says.
        TRUST_PROXY: 'loopback',
        PANTAU_RATE_AUTH: '1000000',
      },
    });
    await addAdmin(server);
    await server.addCamera({ name: 'camera', url: cameras.urls[0] ?? '', options: ['--pull', 'always'] });
    const entry = await server.untilState('camera', 'live');
    const playlist = await findPlaylist(`${server.url}${entry.streams.hls}`);

    const rounds = isQuick ? 2 : 5;
    const seconds = isQuick ? 4 : 8;
    const newest = parseMediaPlaylist((await fetchHls(playlist)).text).segments.at(-1) ?? '';
    await using bareNode = await BareNode.open((await fetchHls(new URL(newest, playlist).href)).body);
    const perSecond = SEGMENTS_PER_SECOND;
    const watchOurs = () => watchSegments({ url: playlist, kind: 'playlist', perSecond, seconds });
    const watchBare = () => watchSegments({ url: bareNode.url, kind: 'file', perSecond, seconds });
    const quiet: SegmentWatchResult[] = [];
    const flooded: SegmentWatchResult[] = [];
    const bare: SegmentWatchResult[] = [];
    const floods: LoginFloodResult[] = [];
    for (let round = 0; round < rounds; round++) {
      quiet.push(await watchOurs());
      const watchBoth = async () => {
        await pause(FLOOD_MARGIN_SECONDS * 1_000);
        flooded.push(await watchOurs());
        bare.push(await watchBare());
      };
      const floodSeconds = 2 * (seconds + FLOOD_MARGIN_SECONDS);
      const [flood] = await Promise.all([
        floodLogins({ url: server.url, connections: CONNECTIONS, seconds: floodSeconds }),
        watchBoth(),
      ]);
      floods.push(flood);
    }
    return { name: 'login', figures: summarise({ quiet, flooded, bare, floods }), skipped: [] };
  },
};

function summarise({ quiet, flooded, bare, floods }: Rounds): Figure[] {
  const what = `2 s segments, ${SEGMENTS_PER_SECOND} a second, while ${CONNECTIONS} sign in`;
  const compare = (quantile: 'p50Ms' | 'p99Ms', peer: string, peers: readonly SegmentWatchResult[]) => {
    const peerFigure = median(peers.map(({ segments }) => segments[quantile]));
    const figure = median(flooded.map(({ segments }) => segments[quantile]));
    return { figure, unit: 'ms', peer, peerFigure, ratio: figure / peerFigure };
  };
  const perSecond = (count: (flood: LoginFloodResult) => number) =>
    median(floods.map((flood) => (count(flood) / flood.durationMs) * 1_000));
  const watched = [...quiet, ...flooded, ...bare];
  const bareName = 'a bare Node server in the same flood';
  return [
    { what: `${what}: p50`, ...compare('p50Ms', 'nobody signs in', quiet) },
    { what: `${what}: p99`, ...compare('p99Ms', 'nobody signs in', quiet) },
    { what: `${what}: p50, against Node`, ...compare('p50Ms', bareName, bare) },
    {
      what: `${what}: p99, against Node`,
      ...compare('p99Ms', bareName, bare),
      ratioFloor: { atMost: MAX_RATIO },
    },
    {
      what: `${what}: errors`,
      figure: watched.reduce((sum, { errors }) => sum + errors, 0),
      unit: 'requests',
      floor: { atMost: 0 },
      ...noteOf(watched.flatMap(({ complaints }) => complaints)),
    },
    {
      what: 'sign-ins answered after a hash',
      figure: perSecond((flood) => flood.checked.count),
      unit: '1/s',
      floor: { atLeast: MIN_CHECKED_PER_SECOND },
    },
    { what: 'sign-ins refused with 503', figure: perSecond((flood) => flood.refused), unit: '1/s' },
    {
      what: 'a sign-in in the flood, p50',
      figure: median(floods.map((flood) => flood.checked.p50Ms)),
      unit: 'ms',
    },
    {
      what: 'sign-ins answered otherwise',
      figure: floods.reduce((sum, flood) => sum + flood.others, 0),
      unit: 'requests',
      floor: { atMost: 0 },
      ...noteOf(floods.flatMap(({ complaints }) => complaints)),
    },
  ];
}

function noteOf(complaints: readonly string[]): { note?: string } {
  return complaints.length > 0 ? { note: complaints.slice(0, 5).join('; ') } : {};
}

/** A site with an account, and a sign-in to it: a server on which nobody can sign in would pass any flood. */
async function addAdmin(server: PantauServer): Promise<void> {
  const password = randomBytes(16).toString('base64url');
  const options = ['--role', 'administrator', '--password-stdin', '--keep'];
  const added = await server.cli(['user', 'add', ADMIN, ...options], `${password}\n`);
  if (added.code !== 0) throw new Error(`user add ended with ${added.code}: ${added.stderr}${added.stdout}`);
  const response = await fetch(`${server.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: ADMIN, password }),
  });
  const text = await response.text();
  if (response.status !== 200 || response.headers.getSetCookie().length === 0)
    throw new Error(`the administrator cannot sign in: ${response.status} ${text.slice(0, 200)}`);
}

/** The media playlist behind a camera's entry, which may lead to another address first. */
async function findPlaylist(entryUrl: string): Promise<string> {
  const response = await fetch(entryUrl);
  const text = await response.text();
  const uri = text.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#'));
  if (response.status !== 200 || uri === undefined)
    throw new Error(`${response.status} without a variant: ${text.slice(0, 200)}`);
  return new URL(uri.trim(), response.url).href;
}
