/**
 * What a process costs, from `/proc`: nanoseconds on a CPU (`schedstat`, summed over its threads) and resident memory.
 * Linux only; the clock ticks of `/proc/<pid>/stat` (10 ms) are too coarse for a camera that costs 0.1 % of a core.
 */
import { readFileSync, readdirSync } from 'node:fs';

export interface Usage {
  /** Ms on a CPU, all threads that still live. */
  readonly cpuMs: number;
  /** Resident bytes. */
  readonly rssBytes: number;
  /** Resident bytes with shared pages divided among their users. */
  readonly pssBytes: number;
}

/** Adds up several processes, as `ffmpeg` needs one per camera. */
export function readUsage(...pids: readonly number[]): Usage {
  let cpuMs = 0;
  let rssBytes = 0;
  let pssBytes = 0;
  for (const pid of pids) {
    cpuMs += readCpuMs(pid);
    rssBytes += readKibibytes(`/proc/${pid}/status`, 'VmRSS') * 1024;
    pssBytes += readKibibytes(`/proc/${pid}/smaps_rollup`, 'Pss') * 1024;
  }
  return { cpuMs, rssBytes, pssBytes };
}

/** CPU use of processes over a stretch of time, % of one core, with the memory at its end. */
export async function measureCpu(
  durationMs: number,
  ...pids: readonly number[]
): Promise<{ readonly cpuPercent: number; readonly usage: Usage }> {
  const before = readUsage(...pids);
  const startedMs = performance.now();
  await pause(durationMs);
  const usage = readUsage(...pids);
  return { cpuPercent: ((usage.cpuMs - before.cpuMs) / (performance.now() - startedMs)) * 100, usage };
}

/** Resident memory once a second while `work` runs; `slopeMiBPerMinute` is of the second half, when pools have filled. */
export async function watchMemory<T>(
  pid: number,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly peakBytes: number; readonly slopeMiBPerMinute: number }> {
  const samples: { atMs: number; bytes: number }[] = [];
  const look = () =>
    samples.push({ atMs: performance.now(), bytes: readKibibytes(`/proc/${pid}/status`, 'VmRSS') * 1024 });
  look();
  const timer = setInterval(look, 1_000);
  try {
    const result = await work();
    look();
    return {
      result,
      peakBytes: Math.max(...samples.map((sample) => sample.bytes)),
      slopeMiBPerMinute: (slope(samples.slice(Math.floor(samples.length / 2))) * 60_000) / 2 ** 20,
    };
  } finally {
    clearInterval(timer);
  }
}

function readCpuMs(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      // The thread ended between the listing and the look.
    }
  }
  return nanoseconds / 1e6;
}

function readKibibytes(path: string, name: string): number {
  const line = readFileSync(path, 'utf8')
    .split('\n')
    .find((text) => text.startsWith(`${name}:`));
  return Number(line?.match(/(\d+) kB/)?.[1] ?? 0);
}

/** Least squares: bytes per ms. */
function slope(samples: readonly { atMs: number; bytes: number }[]): number {
  const meanAt = samples.reduce((sum, sample) => sum + sample.atMs, 0) / samples.length;
  const meanBytes = samples.reduce((sum, sample) => sum + sample.bytes, 0) / samples.length;
  const above = samples.reduce((sum, sample) => sum + (sample.atMs - meanAt) * (sample.bytes - meanBytes), 0);
  const below = samples.reduce((sum, sample) => sum + (sample.atMs - meanAt) ** 2, 0);
  return below === 0 ? 0 : above / below;
}

export function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}
