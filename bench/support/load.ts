/**
 * Requests as fast as they are answered, over a fixed number of connections, by `wrk`: it costs a fifth of the CPU of a
 * generator in JavaScript, which matters where client and server share two cores.
 */
import { spawnSync } from 'node:child_process';
import { runCommand } from '../../e2e/support/child.ts';

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Connections that failed and replies that were not 2xx. */
  readonly errors: number;
}

export interface LoadOptions {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** False where wrk is not installed (`apt-get install wrk`). */
export function isLoadAvailable(): boolean {
  return spawnSync('wrk', ['-v'], { stdio: 'ignore' }).error === undefined;
}

/** @throws Error when wrk is missing or fails. */
export async function measureLoad({ url, connections, seconds, headers }: LoadOptions): Promise<LoadResult> {
  const extra = Object.entries(headers ?? {}).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', ...extra, url];
  const { stdout, stderr, code } = await runCommand('wrk', { args, timeoutMs: (seconds + 20) * 1_000 });
  const requestsPerSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  if (code !== 0 || Number.isNaN(requestsPerSecond)) throw new Error(`wrk failed: ${stdout}${stderr}`);
  const socketErrors =
    /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout)?.slice(1) ?? [];
  return {
    requestsPerSecond,
    bytesPerSecond: parseSize(/Transfer\/sec:\s+([\d.]+\w+)/.exec(stdout)?.[1] ?? '0B'),
    p50Ms: parseDuration(/50%\s+([\d.]+\w+)/.exec(stdout)?.[1] ?? ''),
    p99Ms: parseDuration(/99%\s+([\d.]+\w+)/.exec(stdout)?.[1] ?? ''),
    errors:
      Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0) +
      socketErrors.reduce((sum, text) => sum + Number(text), 0),
  };
}

/** `1.50ms`, `230.00us`, `1.2s` → ms. */
function parseDuration(text: string): number {
  const [, value, unit] = /^([\d.]+)(us|ms|s|m)$/.exec(text) ?? [];
  return Number(value) * ({ us: 0.001, ms: 1, s: 1_000, m: 60_000 }[unit ?? ''] ?? Number.NaN);
}

/** `1.50GB`, `20.00MB` → bytes (wrk counts in powers of two). */
function parseSize(text: string): number {
  const [, value, unit] = /^([\d.]+)([KMGT]?)B$/.exec(text) ?? [];
  return Number(value) * 1024 ** ['', 'K', 'M', 'G', 'T'].indexOf(unit ?? '');
}
