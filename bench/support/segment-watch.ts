/**
 * Asks for the newest live segment at a fixed rate from a process of its own (`node segment-watch.ts '<json>'`) and prints
 * one line of JSON. A request is timed from the moment it was due: when the server stalls, those that wait count too.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, get } from 'node:http';
import { Child } from '../../e2e/support/child.ts';
import { parseMediaPlaylist } from '../../e2e/support/hls-client.ts';
import { Tally, type TallySummary } from './tally.ts';

export interface SegmentWatchPlan {
  /** A media playlist, whose newest segment is asked for; or one file, for a server that knows no playlists. */
  readonly url: string;
  readonly kind: 'playlist' | 'file';
  readonly perSecond: number;
  readonly seconds: number;
}

export interface SegmentWatchResult {
  /** From the moment it was due to its last byte. */
  readonly segments: TallySummary;
  readonly bytes: number;
  readonly errors: number;
  /** The first few, in words. */
  readonly complaints: readonly string[];
}

const PLAYLIST_EVERY_MS = 1_000;
const REQUEST_TIMEOUT_MS = 15_000;
/** More are not open at once: by then every request is late anyway, and shows it. */
const MAX_CONNECTIONS = 100;

/** Runs the watch in a child process to its end. */
export async function watchSegments(plan: SegmentWatchPlan): Promise<SegmentWatchResult> {
  await using child = new Child(process.execPath, { args: [import.meta.filename, JSON.stringify(plan)] });
  const exit = await child.exited;
  if (exit.code !== 0)
    throw new Error(`the segment watch ended with ${exit.code ?? exit.signal}: ${child.stderr}`);
  return JSON.parse(child.stdout) as SegmentWatchResult; // written below
}

async function run(plan: SegmentWatchPlan): Promise<SegmentWatchResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
  const tally = new Tally();
  const complaints: string[] = [];
  let bytes = 0;
  let errors = 0;
  const complain = (error: unknown) => {
    errors++;
    if (complaints.length < 5) complaints.push(error instanceof Error ? error.message : String(error));
  };
  const findNewest = async () => {
    if (plan.kind === 'file') return plan.url;
    const playlist = await read(plan.url, agent);
    return new URL(parseMediaPlaylist(playlist.toString('utf8')).segments.at(-1) ?? '', plan.url).href;
  };
  const fetchOne = async (url: string, dueMs: number) => {
    try {
      bytes += (await read(url, agent)).length;
      tally.add(performance.now() - dueMs);
    } catch (error) {
      complain(error);
    }
  };

  let newest = await findNewest();
  const pending: Promise<void>[] = [];
  const startMs = performance.now();
  const endMs = startMs + plan.seconds * 1_000;
  let playlistDueMs = startMs + PLAYLIST_EVERY_MS;
  let sent = 0;
  for (;;) {
    const dueMs = startMs + (sent * 1_000) / plan.perSecond;
    if (dueMs >= endMs) break;
    const earlyMs = dueMs - performance.now();
    if (earlyMs > 0) await pause(earlyMs);
    pending.push(fetchOne(newest, dueMs));
    sent++;
    if (dueMs < playlistDueMs) continue;
    playlistDueMs += PLAYLIST_EVERY_MS;
    pending.push(
      findNewest().then((url) => {
        newest = url;
      }, complain),
    );
  }
  await Promise.all(pending);
  agent.destroy();
  return { segments: tally.summarise(), bytes, errors, complaints };
}

/** @throws Error for anything but 200. */
function read(url: string, agent: Agent): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, timeout: REQUEST_TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks));
        else reject(new Error(`status ${response.statusCode} ${new URL(url).pathname.split('/').at(-1)}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', reject);
  });
}

if (import.meta.main) {
  const plan = JSON.parse(process.argv[2] ?? '{}') as SegmentWatchPlan; // written by `watchSegments` above
  console.log(JSON.stringify(await run(plan)));
}
