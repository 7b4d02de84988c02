/**
 * The two commands' first step, in plain JavaScript, because it must run on whatever Node (>= 20) the machine has and with
 * nothing of ours installed: it installs what is missing, builds what is stale, then hands over to the pinned Node 24.
 *
 *   npm start ─► launch.mjs start ─► npm ci (if the lock changed) ─► web build (if sources changed) ─► node 24 server/src/main.ts
 *
 * It must not import anything outside Node's own modules and this folder.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SERVER_FLAGS } from './server-flags.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const CACHE = join(ROOT, '.cache');
const IS_WINDOWS = process.platform === 'win32';
const PINNED_NODE = join(ROOT, 'node_modules', 'node', 'bin', IS_WINDOWS ? 'node.exe' : 'node');
/** Signals that npm and a terminal may both deliver within this time count as one. */
const SAME_SIGNAL_MS = 400;
const PARENT_CHECK_MS = 500;

/** What each verb needs and runs: whether the web is built first, the script, flags of Node. */
const VERBS = {
  start: { web: true, script: 'server/src/main.ts', flags: SERVER_FLAGS },
  demo: { web: true, script: 'tools/demo.ts' },
  dev: { web: false, script: 'tools/dev.ts' },
  pantau: { web: false, script: 'server/src/cli/main.ts' },
  check: { web: false, script: 'tools/check.ts' },
  test: { web: true, script: 'tools/test.ts' },
  bench: { web: true, script: 'bench/run.ts' },
  fuzz: { web: false, script: 'tools/fuzz.ts' },
  format: { web: false, script: 'tools/format.ts' },
};

const [verb = '', ...rest] = process.argv.slice(2);
const plan = VERBS[verb];
if (Number.parseInt(process.versions.node, 10) < 20) {
  fail(`Pantau needs Node 20 or newer to start its installer; this is Node ${process.versions.node}.`);
} else if (plan === undefined) {
  fail(`Usage: npm run <${Object.keys(VERBS).join('|')}>`);
} else {
  process.chdir(ROOT);
  const isReady = ensureInstalled() && (!plan.web || ensureWebBuilt());
  if (isReady) run([...(plan.flags ?? []), plan.script, ...rest]);
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}

/** Installs by the lockfile unless exactly this lockfile is installed already. */
function ensureInstalled() {
  const stamp = join(ROOT, 'node_modules', '.pantau-installed');
  const wanted = `${hashFiles([join(ROOT, 'package-lock.json')])} ${process.platform} ${process.arch}`;
  if (existsSync(PINNED_NODE) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true;

  console.error('[pantau] Installing dependencies (once; again when package-lock.json changes) …');
  // No package's install script runs but the one that fetches the pinned Node: everything native ships its binaries.
  if (!npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], ROOT)) {
    fail('[pantau] npm ci failed; the messages above say why. Nothing was started.');
    return false;
  }
  if (!installPinnedNode() && !installPinnedNode()) {
    fail(
      '[pantau] The pinned Node could not be installed from the npm registry; the messages above say why.',
    );
    return false;
  }
  writeFileSync(stamp, wanted);
  return true;
}

/** The `node` package's own setup step: it fetches the binary for this platform from the npm registry. */
function installPinnedNode() {
  const setup = spawnSync(outerNode(), ['installArchSpecificPackage.js'], {
    cwd: join(ROOT, 'node_modules', 'node'),
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  if (setup.status === 0 && existsSync(PINNED_NODE)) {
    linkPinnedNode();
    return true;
  }
  console.error(
    `[pantau] Fetching the pinned Node failed (${setup.error?.message ?? `status ${setup.status}`}):`,
  );
  console.error(`${setup.stdout ?? ''}${setup.stderr ?? ''}`.trim());
  return false;
}

/**
 * A Node that `npm ci` does not remove under us: npm puts `node_modules/.bin` first into the PATH, so from the second run on the pinned
 * Node runs this very file.
 */
function outerNode() {
  return existsSync(process.execPath) ? process.execPath : (process.env.npm_node_execpath ?? 'node');
}

/** npm links a package's program only when it was there at install time; the scripts of workspaces need this one too. */
function linkPinnedNode() {
  const link = join(ROOT, 'node_modules', '.bin', 'node');
  if (IS_WINDOWS || existsSync(link)) return;
  rmSync(link, { force: true });
  symlinkSync(join('..', 'node', 'bin', 'node'), link);
}

/** Builds the web app unless it was built from exactly these sources. */
function ensureWebBuilt() {
  const stamp = join(CACHE, 'web-build');
  const wanted = hashFiles([
    join(ROOT, 'package-lock.json'),
    ...listFiles(join(ROOT, 'web')),
    ...listFiles(join(ROOT, 'packages', 'contract', 'src')),
  ]);
  const isBuilt = existsSync(join(ROOT, 'web', 'dist', 'index.html'));
  if (isBuilt && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true;

  console.error('[pantau] Building the web app …');
  rmSync(stamp, { force: true });
  const build = spawnSync(
    PINNED_NODE,
    [join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'],
    {
      cwd: join(ROOT, 'web'),
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  if (build.status !== 0) {
    fail('[pantau] The web app could not be built; the messages above say why.');
    return false;
  }
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(stamp, wanted);
  return true;
}

/** Runs a script on the pinned Node and ends as it ends. */
function run(args) {
  const path = `${dirname(PINNED_NODE)}${IS_WINDOWS ? ';' : ':'}${process.env.PATH ?? ''}`;
  // A process group of its own: a Ctrl-C reaches the child once, through us, although npm and the terminal both send it.
  const child = spawn(PINNED_NODE, args, {
    cwd: ROOT,
    stdio: 'inherit',
    detached: !IS_WINDOWS,
    env: { ...process.env, PATH: path },
  });
  const lastSignalAt = new Map();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      const now = Date.now();
      const isRepeat = now - Math.max(0, ...lastSignalAt.values()) < SAME_SIGNAL_MS;
      lastSignalAt.set(signal, now);
      if (!isRepeat) child.kill(signal);
    });
  }
  // A signal to npm alone ends npm and its shell, and leaves us: then nobody is there any more for whom this runs.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, PARENT_CHECK_MS);
  watch.unref();
  child.on('error', (error) => fail(`[pantau] ${PINNED_NODE} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 1;
  });
}

function npm(args, cwd) {
  const result = spawnSync(IS_WINDOWS ? 'npm.cmd' : 'npm', args, {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: IS_WINDOWS,
  });
  return result.status === 0;
}

function listFiles(directory) {
  return readdirSync(directory, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      if (entry.isFile()) return [path];
      return entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== 'dist'
        ? listFiles(path)
        : [];
    });
}

function hashFiles(paths) {
  const hash = createHash('sha256');
  for (const path of paths)
    hash.update(relative(ROOT, path)).update('\0').update(readFileSync(path)).update('\0');
  return hash.digest('hex');
}
