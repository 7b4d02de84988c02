/** The real server as a child process, on a data directory of its own, filled by the real command line. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SERVER_FLAGS } from '../../tools/server-flags.mjs';
import { Child, runCommand, type ChildExit } from './child.ts';
import { eventually } from './eventually.ts';
import { findFreePort } from './free-port.ts';
import { readStreams, type StreamEntry } from './public-api.ts';

const SERVER = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url));
const CLI = fileURLToPath(new URL('../../server/src/cli/main.ts', import.meta.url));

/** Command lines that run side by side. */
const AT_ONCE = 4;

export interface CameraToAdd {
  readonly name: string;
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly area?: string;
  /** Looks at the camera before it is stored, as the command line does by itself: some seconds. Default false. */
  readonly isProbed?: boolean;
  /** More options of `camera add`, as typed. */
  readonly options?: readonly string[];
}

export type CliResult = Awaited<ReturnType<typeof runCommand>>;

export interface PantauOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Keep the data of an earlier server (`dataDir`), for restarts after a crash. */
  readonly dataDir?: string;
  readonly port?: number;
}

/** Runs the command line on a data directory, as an operator would. */
export function runCli(dataDir: string, args: readonly string[], stdin = ''): Promise<CliResult> {
  return runCommand(process.execPath, {
    args: [CLI, ...args],
    env: { ...serverEnv(dataDir, {}) },
    cwd: dataDir,
    stdin,
    timeoutMs: 30_000,
  });
}

export class PantauServer implements AsyncDisposable {
  readonly port: number;
  readonly dataDir: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #earlierLogs: string[] = [];
  #child: Child;

  private constructor(child: Child, port: number, dataDir: string, env: Readonly<Record<string, string>>) {
    this.#child = child;
    this.port = port;
    this.dataDir = dataDir;
    this.#env = env;
  }

  /** Starts a server and waits until `/health` answers 200. */
  static async open(options: PantauOptions = {}): Promise<PantauServer> {
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'pantau-e2e-')));
    const port = options.port ?? (await findFreePort());
    const env = serverEnv(dataDir, { ...options.env, PORT: String(port) });
    const child = await spawnServer(env, port, dataDir);
    return new PantauServer(child, port, dataDir, env);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The same by name: the only plain address on which browsers allow passkeys. */
  get localUrl(): string {
    return `http://localhost:${this.port}`;
  }

  /** What it printed to the console beside its log, in this life. */
  get console(): string {
    return this.#child.stderr;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Everything the server printed, over all its lives. */
  get log(): string {
    return [...this.#earlierLogs, this.#child.stdout, this.#child.stderr].join('\n');
  }

  get isLogCut(): boolean {
    return this.#child.isOutputCut;
  }

  get exited(): Promise<ChildExit> {
    return this.#child.exited;
  }

  cli(args: readonly string[], stdin = ''): Promise<CliResult> {
    return runCli(this.dataDir, args, stdin);
  }

  /** Adds a camera by the command line and waits until the running server shows it. */
  async addCamera(camera: CameraToAdd): Promise<StreamEntry> {
    const result = await this.cli(
      [
        'camera',
        'add',
        camera.url,
        '--name',
        camera.name,
        ...(camera.isProbed ? [] : ['--no-probe']),
        ...(camera.username === undefined ? [] : ['--username', camera.username]),
        ...(camera.password === undefined ? [] : ['--password-stdin']),
        ...(camera.area === undefined ? [] : ['--area', camera.area]),
        ...(camera.options ?? []),
      ],
      camera.password === undefined ? '' : `${camera.password}\n`,
    );
    if (result.code !== 0)
      throw new Error(`camera add ended with ${result.code}: ${result.stderr}${result.stdout}`);
    return this.stream(camera.name);
  }

  /** Adds cameras, a few at a time: each is a process of its own, and they share the database with the server. */
  async addCameras(cameras: readonly CameraToAdd[]): Promise<readonly StreamEntry[]> {
    const entries: StreamEntry[] = [];
    for (let at = 0; at < cameras.length; at += AT_ONCE) {
      entries.push(
        ...(await Promise.all(cameras.slice(at, at + AT_ONCE).map((camera) => this.addCamera(camera)))),
      );
    }
    return entries;
  }

  /** The public entry of a camera; waits for it. */
  stream(name: string): Promise<StreamEntry> {
    return eventually(`camera ${name} in /api/stream`, async () => {
      return (await readStreams(this.url)).find((entry) => entry.name === name);
    });
  }

  /** Waits until a camera has the state. */
  untilState(name: string, state: StreamEntry['state'], timeoutMs = 20_000): Promise<StreamEntry> {
    return eventually(
      `camera ${name} to be ${state}`,
      async () => {
        const found = (await readStreams(this.url)).find((entry) => entry.name === name);
        if (found?.state === state) return found;
        throw new Error(`it is ${found?.state} (${found?.reason?.message ?? 'no reason'})`);
      },
      { timeoutMs, everyMs: 200 },
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.signal(signal);
  }

  /** Stops it as an operator would; the data stays. */
  stop(): Promise<ChildExit> {
    return this.#child.stop(12_000);
  }

  async kill(): Promise<void> {
    await this.#child.kill();
  }

  /** Starts again on the same port and data, after `kill` or an end of its own. */
  async restart(): Promise<void> {
    this.#earlierLogs.push(this.#child.stdout, this.#child.stderr);
    this.#child = await spawnServer(this.#env, this.port, this.dataDir);
  }

  /** Stops it and removes its data. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

/** The settings of a server under test, whose cameras are on this machine: nothing of the developer's own environment shines through. */
export function serverEnv(dataDir: string, more: Readonly<Record<string, string>>): Record<string, string> {
  return {
    HOST: '127.0.0.1',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'debug',
    PANTAU_CAMERA_ADDRESSES: 'loopback',
    PANTAU_HEAR_CAMERAS: 'off',
    // Cameras that rest are touched by tests only; those of still pictures have it otherwise.
    PANTAU_SNAPSHOT_RESTING_MIN: '0',
    ...more,
  };
}

async function spawnServer(env: Readonly<Record<string, string>>, port: number, cwd: string): Promise<Child> {
  const child = new Child(process.execPath, { args: [...SERVER_FLAGS, SERVER], env, cwd });
  await eventually(
    'the server to answer /health',
    async () => {
      if (child.exit) return true;
      return (await fetch(`http://127.0.0.1:${port}/health`)).ok;
    },
    { timeoutMs: 20_000, everyMs: 25 },
  );
  if (child.exit) throw new Error(`the server ended: ${child.stdout}${child.stderr}`);
  return child;
}
