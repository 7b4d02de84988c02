/** Whether the server can do its work: asked of the parts themselves, not remembered. */
import { statfs } from 'node:fs/promises';
import { deadline, type Clock } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';
import type { Health } from '@pantau/contract/health';
import { VERDICT_KINDS, type EngineStats, type VerdictKind } from '@pantau/media';

const CHECK_TIMEOUT_MS = 2000;
/** `/health` may be asked by anybody, often: the answer is kept this long. */
const CACHE_MS = 1000;
const DISK_LOW_BYTES = 512 * 1024 * 1024;
const DISK_FULL_BYTES = 32 * 1024 * 1024;

/** Verdicts that a monitor need not read of. */
const UNTROUBLED: ReadonlySet<VerdictKind> = new Set(['ok', 'idle', 'connecting']);

type Check = Health['checks']['database'];

export interface HealthServiceOptions {
  readonly version: string;
  readonly dataDir: string;
  readonly pingDatabase: () => Promise<void>;
  readonly engineStats: () => EngineStats;
  readonly isStopping: () => boolean;
  readonly clock: Clock;
  /** Free bytes for us on the file system of a folder. Default: `statfs`. */
  readonly readFreeBytes?: (folder: string) => Promise<number>;
}

export class HealthService {
  readonly #options: HealthServiceOptions;
  readonly #startedAtMs: number;
  #checks: Promise<Health['checks']> | undefined;
  #checkedAtMs = 0;

  constructor(options: HealthServiceOptions) {
    this.#options = options;
    this.#startedAtMs = options.clock.monotonic();
  }

  async read(): Promise<Health> {
    const { clock, version, isStopping } = this.#options;
    const checks = await this.#readChecks();
    return {
      status: isStopping() ? 'stopping' : worst(checks),
      timestamp: new Date(clock.now()).toISOString(),
      uptime_seconds: Math.floor((clock.monotonic() - this.#startedAtMs) / 1000),
      version,
      checks,
    };
  }

  #readChecks(): Promise<Health['checks']> {
    const nowMs = this.#options.clock.monotonic();
    if (this.#checks === undefined || nowMs - this.#checkedAtMs >= CACHE_MS) {
      this.#checkedAtMs = nowMs;
      this.#checks = this.#check();
    }
    return this.#checks;
  }

  async #check(): Promise<Health['checks']> {
    const [database, disk] = await Promise.all([this.#checkDatabase(), this.#checkDisk()]);
    return { database, engine: this.#checkEngine(), disk };
  }

  async #checkDatabase(): Promise<Check> {
    try {
      await this.#withinTime(this.#options.pingDatabase());
      return { status: 'ok' };
    } catch {
      return { status: 'failed', message: 'The database does not answer.' };
    }
  }

  #checkEngine(): Check {
    try {
      const { streams, live, viewers, verdicts } = this.#options.engineStats();
      const trouble = VERDICT_KINDS.filter((kind) => !UNTROUBLED.has(kind) && (verdicts[kind] ?? 0) > 0);
      const counted = trouble.map((kind) => `${verdicts[kind]} ${kind}`).join(', ');
      const message = `${live} of ${streams} streams live, ${viewers} viewers.`;
      return { status: 'ok', message: counted === '' ? message : `${message} In trouble: ${counted}.` };
    } catch {
      return { status: 'failed', message: 'The media engine does not answer.' };
    }
  }

  async #checkDisk(): Promise<Check> {
    try {
      const freeBytes = await this.#withinTime(
        (this.#options.readFreeBytes ?? readFreeBytes)(this.#options.dataDir),
      );
      if (freeBytes < DISK_FULL_BYTES) return { status: 'failed', message: 'The disk is full.' };
      if (freeBytes < DISK_LOW_BYTES)
        return { status: 'degraded', message: 'Less than 512 MiB of disk are free.' };
      return { status: 'ok' };
    } catch {
      return { status: 'failed', message: 'The data folder cannot be read.' };
    }
  }

  async #withinTime<T>(work: Promise<T>): Promise<T> {
    const late = () => new AppError('timeout', 'DATABASE_UNAVAILABLE', 'no answer in time');
    using limit = deadline(this.#options.clock, CHECK_TIMEOUT_MS, late);
    const { promise, reject } = Promise.withResolvers<never>();
    limit.signal.addEventListener('abort', () => reject(late()), { once: true });
    return await Promise.race([work, promise]);
  }
}

function worst(checks: Health['checks']): 'ok' | 'degraded' | 'failed' {
  const states = Object.values(checks).map((check) => check.status);
  if (states.includes('failed')) return 'failed';
  return states.includes('degraded') ? 'degraded' : 'ok';
}

async function readFreeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
