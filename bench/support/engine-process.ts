/**
 * The media engine alone in a process (`node engine-process.ts '<json>'`), pulling every camera always: what ingest costs
 * without a web server around it. Answers each line on standard input with one line of JSON.
 */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { systemClock } from '@pantau/base/clock';
import { silentLogger } from '@pantau/base/logger';
import { createMediaEngine } from '@pantau/media';
import { SERVER_FLAGS } from '../../tools/server-flags.mjs';
import { Child } from '../../e2e/support/child.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { pause } from './process-usage.ts';

interface EnginePlan {
  readonly urls: readonly string[];
  readonly workers: number;
}

export interface EngineAnswer {
  readonly live: number;
  readonly bufferedBytes: number;
  readonly lostPackets: number;
  /** Since the last answer: share of time in which the main thread was busy, and the 99th percentile of its delays, ms. */
  readonly mainBusy: number;
  readonly delayP99Ms: number;
}

export class BenchEngine implements AsyncDisposable {
  readonly #child: Child;
  #answers = 0;

  /** @param workers threads that read cameras beside the main one. */
  constructor(urls: readonly string[], workers = 0) {
    const plan: EnginePlan = { urls, workers };
    this.#child = new Child(process.execPath, {
      args: [...SERVER_FLAGS, import.meta.filename, JSON.stringify(plan)],
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Asks for the engine's figures. */
  async ask(): Promise<EngineAnswer> {
    const wanted = ++this.#answers;
    this.#child.writeLine('?');
    const line = await eventually('the engine to answer', () => {
      if (this.#child.exit) throw new Error(this.#child.stderr);
      const lines = this.#child.stdout.split('\n');
      return lines.length > wanted ? lines[wanted - 1] : undefined;
    });
    return JSON.parse(line) as EngineAnswer; // written below
  }

  /**
   * Tells the engine to stop and waits until the process has ended by itself, which it does when nothing keeps it alive.
   * @returns what was still there after the engine had stopped, by Node's names for it.
   */
  async stop(): Promise<readonly string[]> {
    this.#child.signal('SIGTERM');
    const { code, signal } = await this.#child.exited;
    if (code !== 0) throw new Error(`the engine ended with ${code ?? signal}: ${this.#child.stderr}`);
    const last = this.#child.stdout.trimEnd().split('\n').at(-1) ?? '';
    return JSON.parse(last) as string[]; // written below
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stop();
  }
}

if (import.meta.main) {
  const { urls, workers } = JSON.parse(process.argv[2] ?? '{}') as EnginePlan; // written by the constructor above
  const engine = createMediaEngine({ clock: systemClock, logger: silentLogger, workers });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  let busy = performance.eventLoopUtilization();
  engine.setStreams(
    urls.map((url, index) => ({
      key: `bench-camera-${String(index).padStart(4, '0')}`,
      source: { url, username: undefined, password: undefined },
      pull: 'always' as const,
    })),
  );
  process.stdin.setEncoding('utf8').on('data', (text: string) => {
    for (const _ of text.matchAll(/\n/g)) {
      const { live, bufferedBytes } = engine.stats();
      const lostPackets = engine.listStatuses().reduce((sum, status) => sum + status.lostPackets, 0);
      const now = performance.eventLoopUtilization();
      const mainBusy = performance.eventLoopUtilization(now, busy).utilization;
      busy = now;
      const delayP99Ms = delay.percentile(99) / 1e6;
      delay.reset();
      const answer: EngineAnswer = { live, bufferedBytes, lostPackets, mainBusy, delayP99Ms };
      console.log(JSON.stringify(answer));
    }
  });
  process.once('SIGTERM', () => {
    process.stdin.destroy();
    void engine.stop().then(async () => {
      delay.disable();
      // Sockets that were destroyed are counted until the system has closed them.
      await pause(100);
      // Pipes are those to the benchmark, which outlive the engine.
      const left = process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap');
      console.log(JSON.stringify(left));
    });
  });
}
