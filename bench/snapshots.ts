/**
 * What still pictures cost: the server takes one of each of 100 cameras in a minute, in the process that decodes, against an ffmpeg
 * process for each picture, as most systems do it. Key frames of 1080p at 2 Mbit/s; four pictures of each.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, median } from '../e2e/support/eventually.ts';
import { PantauServer } from '../e2e/support/pantau-server.ts';
import { readStreams } from '../e2e/support/public-api.ts';
import { getBenchClip } from './support/bench-clip.ts';
import { BENCH_ENV } from './support/bench-env.ts';
import type { BenchProgram } from './support/bench-program.ts';
import { BenchCameras } from './support/camera-process.ts';
import { pause, readUsage } from './support/process-usage.ts';

const PER_MINUTE = 100;
const MIB = 2 ** 20;

export const snapshots: BenchProgram = {
  name: 'snapshots',
  about: 'CPU and memory of still pictures, against an ffmpeg process for each',

  async run({ isQuick }) {
    if (spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status !== 0)
      return {
        name: 'snapshots',
        figures: [],
        skipped: ['snapshots: needs ffmpeg (for the clip and as the peer)'],
      };
    const clip = await getBenchClip();
    // As many pictures in a minute with fewer cameras, each more often.
    const count = isQuick ? 20 : PER_MINUTE;
    const intervalS = (count * 60) / PER_MINUTE;
    await using cameras = await BenchCameras.open(count, clip);
    await using server = await PantauServer.open({
      env: { ...BENCH_ENV, PANTAU_SNAPSHOT_INTERVAL_S: String(intervalS) },
    });
    await server.addCameras(
      cameras.urls.map((url, index) => ({ name: `camera ${index}`, url, options: ['--pull', 'always'] })),
    );
    await eventually(
      'all cameras to be live',
      async () => (await readStreams(server.url)).every(({ state }) => state === 'live'),
      { timeoutMs: 120_000 },
    );
    const folder = join(server.dataDir, 'snapshots');
    await eventually('a picture of each', () => readdirSync(folder).length >= count, { timeoutMs: 120_000 });
    const decoder = findDecoder(server.pid);
    if (decoder === undefined)
      return { name: 'snapshots', figures: [], skipped: ['snapshots: the optional packages are missing'] };
    const rounds = isQuick ? 2 : 3;
    const costs: { readonly cpuPercent: number; readonly msPerPicture: number; readonly rssMiB: number }[] =
      [];
    const peers: number[] = [];
    const keyframe = firstKeyframe(readFileSync(clip.path));
    for (let round = 0; round < rounds; round++) {
      costs.push(await measureRound(decoder, folder, intervalS * 1000));
      peers.push(measureFfmpeg(keyframe, isQuick ? 5 : 15));
    }
    const ours = median(costs.map(({ msPerPicture }) => msPerPicture));
    const theirs = median(peers);
    return {
      name: 'snapshots',
      figures: [
        {
          what: `${PER_MINUTE} pictures a minute, ${count} cameras: CPU of the process that decodes`,
          figure: (ours * PER_MINUTE) / 600,
          unit: '% of a core',
          floor: { atMost: 5 },
          note: `measured ${median(costs.map(({ cpuPercent }) => cpuPercent)).toFixed(2)} % at the rate of the run`,
        },
        {
          what: 'one 1080p key frame to JPEG and WebP of 960 and 320 px: CPU',
          figure: ours,
          unit: 'ms',
          peer: 'an ffmpeg process that makes both JPEGs',
          peerFigure: theirs,
          ratio: ours / theirs,
          ratioFloor: { atMost: 0.5 },
        },
        {
          what: 'resident memory of the process that decodes, most',
          figure: Math.max(...costs.map(({ rssMiB }) => rssMiB)),
          unit: 'MiB',
          floor: { atMost: 400 },
        },
      ],
      skipped: [],
    };
  },
};

async function measureRound(pid: number, folder: string, durationMs: number) {
  const startedMs = Date.now();
  const before = readUsage(pid);
  await pause(durationMs);
  const after = readUsage(pid);
  const elapsedMs = Date.now() - startedMs;
  // Each camera is written once in this time.
  const pictures = readdirSync(folder).filter(
    (name) => statSync(join(folder, name)).mtimeMs >= startedMs,
  ).length;
  const cpuMs = after.cpuMs - before.cpuMs;
  return {
    cpuPercent: (cpuMs / elapsedMs) * 100,
    msPerPicture: cpuMs / pictures,
    rssMiB: after.rssBytes / MIB,
  };
}

/** CPU ms of ffmpeg for one key frame, by what the kernel counted of children that ended. */
function measureFfmpeg(keyframe: Buffer, runs: number): number {
  const before = childCpuMs();
  for (let run = 0; run < runs; run++) {
    const result = spawnSync(
      'ffmpeg',
      [
        ['-v', 'error', '-nostdin', '-threads', '1', '-f', 'h264', '-i', 'pipe:0', '-frames:v', '1'],
        ['-filter_complex', '[0:v]split[a][b];[a]scale=960:-2[large];[b]scale=320:-2[small]'],
        ['-map', '[large]', '-frames:v', '1', '-f', 'mjpeg', 'pipe:1'],
        ['-map', '[small]', '-frames:v', '1', '-f', 'mjpeg', 'pipe:2'],
      ].flat(),
      { input: keyframe, maxBuffer: 16 * MIB },
    );
    if (result.stdout.length < 1000) throw new Error(`ffmpeg made no picture: ${result.stderr.toString()}`);
  }
  return (childCpuMs() - before) / runs;
}

/** Ticks of 10 ms: proc(5), fields 16 and 17. */
function childCpuMs(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

/** The child of the server that decodes. */
function findDecoder(serverPid: number): number | undefined {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      try {
        const parent = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')[1];
        return (
          Number(parent) === serverPid &&
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('picture-worker')
        );
      } catch {
        return false;
      }
    });
}

/** Parameter sets and the first key frame: an Annex B stream up to its second access unit. */
function firstKeyframe(stream: Buffer): Buffer {
  for (let at = 4, seen = false; at < stream.length - 4; at++) {
    if (stream.readUIntBE(at, 3) !== 1) continue;
    const type = stream.readUInt8(at + 3) & 31;
    // The first slice of the next picture begins with first_mb_in_slice 0: one set bit.
    const isFirstSlice = (type === 1 || type === 5) && stream.readUInt8(at + 4) >= 0x80;
    if (isFirstSlice && seen) return stream.subarray(0, at - 1);
    seen ||= isFirstSlice;
  }
  throw new Error('the clip has one picture only');
}
