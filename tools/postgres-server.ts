/**
 * A PostgreSQL server for the tests: its own cluster in a temporary folder, on a free port of the loopback, with a password
 * of its own. It never touches a cluster that is installed on the machine. See docs/design/testing.md.
 */
import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where Debian keeps its servers, by major version; they are not on the PATH. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';
const USER = 'pantau';
const START_TIMEOUT_MS = 60_000;
/** A fast shutdown (SIGINT) that takes longer is followed by an immediate one (SIGQUIT). */
const STOP_TIMEOUT_MS = 10_000;
/** Somebody else may take the free port before PostgreSQL does. */
const MAX_STARTS = 3;
const MAX_OUTPUT = 64 << 10;

/** The folder with PostgreSQL's `initdb` and `postgres`, the newest of Debian's first; undefined where there is none. */
export function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER) : [];
  const folders = [
    ...versions
      .toSorted((a, b) => Number(b) - Number(a))
      .map((version) => join(DEBIAN_FOLDER, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** Stops the server at once and removes its data when this process ends without having closed it. */
const open = new Set<PostgresServer>();
process.once('exit', () => {
  for (const server of open) server.kill();
});

export class PostgresServer implements AsyncDisposable {
  /** `postgres://…/postgres` of a superuser, who may create databases. */
  readonly url: string;
  /** As the program names itself, such as `postgres (PostgreSQL) 15.14 (Debian …)`. */
  readonly version: string;
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;

  private constructor(of: { url: string; version: string; folder: string; process: ChildProcess }) {
    this.url = of.url;
    this.version = of.version;
    this.#folder = of.folder;
    this.#process = of.process;
    this.#exited = new Promise((resolve) => {
      if (of.process.exitCode !== null || of.process.signalCode !== null) resolve();
      else of.process.once('exit', () => resolve());
    });
    open.add(this);
  }

  /** Makes a cluster and starts it; resolves when it answers. @throws Error with PostgreSQL's own words. */
  static async open(): Promise<PostgresServer> {
    const programs = findPostgres();
    if (programs === undefined)
      throw new Error('PostgreSQL is not installed (Debian: apt-get install postgresql)');
    const folder = mkdtempSync(join(tmpdir(), 'pantau-postgres-'));
    try {
      const owner = findOwner();
      if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
      const as: SpawnOptions = { cwd: folder, env: { PATH: process.env['PATH'], LC_ALL: 'C' }, ...owner };
      const password = randomBytes(24).toString('hex');
      makeCluster({ programs, folder, as, password });
      const version = spawnSync(join(programs, 'postgres'), ['--version'], { encoding: 'utf8' });
      const { child, port } = await start(programs, folder, as);
      return new PostgresServer({
        url: `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`,
        version: version.stdout.trim(),
        folder,
        process: child,
      });
    } catch (error) {
      removeFolder(folder);
      throw error;
    }
  }

  /** Ends it without a checkpoint and removes its data, without waiting: for the end of this process. */
  kill(): void {
    open.delete(this);
    this.#process.kill('SIGQUIT');
    removeFolder(this.#folder);
  }

  /** Ends the connections, stops it, and removes its data. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGINT');
    const timer = setTimeout(() => this.#process.kill('SIGQUIT'), STOP_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
    open.delete(this);
    removeFolder(this.#folder);
  }
}

/** PostgreSQL refuses to run as root: then Debian's user `postgres` runs it. */
function findOwner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = ['-u', '-g'].map((option) =>
    Number.parseInt(spawnSync('id', [option, 'postgres'], { encoding: 'utf8' }).stdout, 10),
  );
  if (uid === undefined || gid === undefined || Number.isNaN(uid) || Number.isNaN(gid))
    throw new Error('PostgreSQL does not run as root, and there is no user "postgres" to run it as');
  return { uid, gid };
}

/** A linguistic collation, as most installations have: what sorts by bytes in SQLite only by luck shows here. */
function makeCluster(of: { programs: string; folder: string; as: SpawnOptions; password: string }): void {
  const passwordFile = join(of.folder, 'password');
  writeFileSync(passwordFile, of.password, { mode: 0o600 });
  if (of.as.uid !== undefined) chownSync(passwordFile, of.as.uid, of.as.gid ?? of.as.uid);
  const args = [`--pgdata=${join(of.folder, 'data')}`, `--username=${USER}`, `--pwfile=${passwordFile}`];
  args.push('--auth=scram-sha-256', '--encoding=UTF8', '--no-locale', '--locale-provider=icu');
  args.push('--icu-locale=en-US', '--no-sync', '--no-instructions');
  const made = spawnSync(join(of.programs, 'initdb'), args, {
    ...of.as,
    encoding: 'utf8',
    timeout: START_TIMEOUT_MS,
  });
  if (made.status !== 0)
    throw new Error(`initdb failed: ${made.error?.message ?? `${made.stdout}${made.stderr}`}`);
  rmSync(passwordFile);
}

async function start(
  programs: string,
  folder: string,
  as: SpawnOptions,
): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = await findFreePort();
    try {
      return { child: await startOn(port, programs, folder, as), port };
    } catch (error) {
      if (attempt === MAX_STARTS) throw error;
    }
  }
}

/** Resolves when PostgreSQL says that it accepts connections; this is its own process speaking, whoever has the port. */
function startOn(port: number, programs: string, folder: string, as: SpawnOptions): Promise<ChildProcess> {
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // Each worker of the tests has pools of its own.
    max_connections: '300',
    // The data is thrown away: a crash of the machine may take it.
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    lc_messages: 'C',
    log_destination: 'stderr',
    logging_collector: 'off',
  };
  const args = [
    '-D',
    join(folder, 'data'),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  // A session of its own: a Ctrl-C in the terminal must reach the tests first.
  const child = spawn(join(programs, 'postgres'), args, {
    ...as,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => child.kill('SIGQUIT'), START_TIMEOUT_MS);
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`PostgreSQL did not start (${why}): ${output}`));
    };
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-MAX_OUTPUT);
      if (!output.includes('ready to accept connections')) return;
      clearTimeout(timer);
      resolve(child);
    });
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => fail(`exit ${code ?? signal}`));
  });
}

/** A TCP port of the loopback that was free a moment ago. */
function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('the system gave no port'));
      });
    });
  });
}

/** Processes of the server that are about to end may still write: then a folder is not empty at the first try. */
function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}
