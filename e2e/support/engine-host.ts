/**
 * The media engine alone in a process of its own (`node engine-host.ts '<streams as JSON>'`), with a bare HTTP server around it:
 * what it leaves behind after `stop` is then its own, and the process has to end by itself.
 *
 * Prints a line of JSON each: the address, all statuses five times a second, each change of state, and in the end what was left.
 */
import type { StreamDefinition, StreamState, StreamStatus } from '@pantau/media';
import { Child } from './child.ts';
import { EngineServer } from './engine-server.ts';
import { eventually } from './eventually.ts';

export interface StateChange {
  readonly key: string;
  readonly state: StreamState;
  /** Code of the reason, such as `SOURCE_TIMEOUT`. */
  readonly code: string | undefined;
  /** Since the host was opened. */
  readonly atMs: number;
}

type HostLine =
  | { readonly type: 'listening'; readonly url: string }
  | { readonly type: 'statuses'; readonly statuses: readonly StreamStatus[] }
  | { readonly type: 'state'; readonly key: string; readonly state: StreamState; readonly code?: string }
  | { readonly type: 'left'; readonly resources: readonly string[] };

/** Ms between two reports of all statuses. */
const REPORT_EVERY_MS = 200;
/** Sockets that were destroyed are counted until the system has closed them. */
const SETTLE_MS = 200;
/** Ms after which a process that has nothing left to do counts as one that hangs. */
const END_WITHIN_MS = 5_000;

export class EngineHost implements AsyncDisposable {
  readonly changes: StateChange[] = [];
  readonly #child: Child;
  readonly #openedMs = performance.now();
  #url = '';
  #statuses: readonly StreamStatus[] = [];
  #left: readonly string[] | undefined;
  #rest = '';

  private constructor(streams: readonly StreamDefinition[]) {
    this.#child = new Child(process.execPath, {
      args: [import.meta.filename, JSON.stringify(streams)],
      onStdout: (text) => this.#read(text),
    });
  }

  static async open(streams: readonly StreamDefinition[]): Promise<EngineHost> {
    const host = new EngineHost(streams);
    await eventually('the engine to listen', () => {
      if (host.#child.exit) throw new Error(host.#child.stderr);
      return host.#url !== '';
    });
    return host;
  }

  get url(): string {
    return this.#url;
  }

  /** Ms since it was opened: the time of `changes`. */
  get nowMs(): number {
    return performance.now() - this.#openedMs;
  }

  findStatus(key: string): StreamStatus | undefined {
    return this.#statuses.find((status) => status.key === key);
  }

  /** The first time from `fromMs` on that a stream is in a state. */
  untilState(key: string, state: StreamState, timeoutMs: number, fromMs = 0): Promise<StateChange> {
    return eventually(
      `${key} to be ${state}`,
      () => {
        const found = this.changes.find(
          (one) => one.key === key && one.state === state && one.atMs >= fromMs,
        );
        if (found) return found;
        const last = this.changes.findLast((one) => one.key === key);
        throw new Error(`it is ${last?.state} (${last?.code ?? 'no reason'})`);
      },
      { timeoutMs, everyMs: 50 },
    );
  }

  /**
   * Stops the engine and waits until the process has ended by itself.
   * @returns what was there after the stop and not before the start, by Node's names for it.
   * @throws Error when it does not end, or not well.
   */
  async stop(): Promise<readonly string[]> {
    this.#child.signal('SIGTERM');
    const exit = await eventually('the engine to end by itself', () => this.#child.exit, {
      timeoutMs: END_WITHIN_MS,
    });
    if (exit.code !== 0) throw new Error(`it ended with ${exit.code ?? exit.signal}: ${this.#child.stderr}`);
    if (this.#left === undefined) throw new Error('it did not say what was left');
    return this.#left;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exit === undefined) await this.#child.kill();
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const said = JSON.parse(line) as HostLine; // written by `say` below
      if (said.type === 'listening') this.#url = said.url;
      else if (said.type === 'statuses') this.#statuses = said.statuses;
      else if (said.type === 'left') this.#left = said.resources;
      else {
        const { key, state, code } = said;
        this.changes.push({ key, state, code, atMs: this.nowMs });
      }
    }
  }
}

function say(line: HostLine): void {
  console.log(JSON.stringify(line));
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}

/** What keeps the process alive; pipes are those to the test, which outlive the engine. */
function listResources(): string[] {
  return process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap' && name !== 'FSReqPromise');
}

if (import.meta.main) {
  const streams = JSON.parse(process.argv[2] ?? '[]') as StreamDefinition[]; // written by the constructor above
  const before = listResources();
  const server = await EngineServer.open([]);
  const { engine } = server;
  engine.onStateChange(({ key, state, reason }) => {
    say({ type: 'state', key, state, ...(reason === undefined ? {} : { code: reason.code }) });
  });
  engine.setStreams(streams);
  say({ type: 'listening', url: server.url });
  const report = setInterval(
    () => say({ type: 'statuses', statuses: engine.listStatuses() }),
    REPORT_EVERY_MS,
  );
  process.once('SIGTERM', () => {
    void (async () => {
      clearInterval(report);
      await server[Symbol.asyncDispose]();
      process.stdin.destroy();
      await pause(SETTLE_MS);
      const resources = listResources();
      for (const name of before) {
        const at = resources.indexOf(name);
        if (at >= 0) resources.splice(at, 1);
      }
      say({ type: 'left', resources });
    })();
  });
}
