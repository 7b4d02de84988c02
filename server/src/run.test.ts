/** The server as a process: how it starts, refuses to start, and ends. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTestFolder } from './testing/open-test-database.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
/** Starting takes half a second on a quiet machine; tests run on busy ones. */
const TIMEOUT_MS = 60_000;

let folder: ReturnType<typeof makeTestFolder>;
let running: Server | undefined;
beforeEach(() => void (folder = makeTestFolder()));
afterEach(() => {
  running?.child.kill('SIGKILL');
  running = undefined;
  folder.remove();
});

interface Server {
  readonly child: ChildProcess;
  readonly lines: { readonly msg: string }[];
  errorText: string;
  readonly exit: Promise<readonly [code: number | null, signal: string | null]>;
  /** The first log line whose message begins with `text`. */
  waitFor(text: string): Promise<Record<string, unknown>>;
}

function start(environment: Record<string, string> = {}): Server {
  const child = spawn(process.execPath, [MAIN], {
    cwd: folder.path,
    env: { HOST: '127.0.0.1', PORT: '0', LOG_FORMAT: 'json', ...environment },
  });
  const lines: { msg: string }[] = [];
  const waiters: (() => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(JSON.parse(line));
    for (const wake of waiters.splice(0)) wake();
  });
  const exit = once(child, 'exit').then(([code, signal]) => {
    for (const wake of waiters.splice(0)) wake();
    return [code, signal] as const;
  });
  const server: Server = {
    child,
    lines,
    errorText: '',
    exit,
    async waitFor(text) {
      for (;;) {
        const found = lines.find(({ msg }) => msg.startsWith(text));
        if (found !== undefined) return { ...found };
        if (child.exitCode !== null) throw new Error(`the server ended: ${server.errorText}`);
        await new Promise<void>((resolve) => void waiters.push(resolve));
      }
    },
  };
  child.stderr.on('data', (chunk) => (server.errorText += chunk.toString()));
  running = server;
  return server;
}

describe('a server process', { timeout: TIMEOUT_MS }, () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'says that it is ready, and stops in order on %s',
    async (signal) => {
      const server = start();
      const ready = await server.waitFor('Pantau is ready');
      expect(server.lines.map(({ msg }) => msg)).toContain(
        '[ConnectionPool] Initialized with max 5 read connections',
      );
      await server.waitFor('There are no cameras yet');
      const origin = `http://127.0.0.1:${String(ready['port'])}`;
      expect((await fetch(`${origin}/health`)).status).toBe(200);
      // A client that keeps its connection open must not hold the stop up.
      const idle = connect(Number(ready['port']), '127.0.0.1');
      await once(idle, 'connect');
      idle.on('error', () => {});
      server.child.kill(signal);
      await server.waitFor('Stopping');
      expect((await fetch(`${origin}/health`)).status).toBe(503);
      expect(await server.exit).toEqual([0, null]);
      const order = server.lines.map(({ msg }) => msg).slice(-3);
      expect(order).toEqual(['Stopping: nothing new is accepted', '[ConnectionPool] Closing', 'Stopped']);
      // The setup link is for the eyes at the console: not in the log, which is kept and shipped.
      const token = /\/admin\/siapkan#([\w-]{32})\n/.exec(server.errorText)?.[1] ?? '';
      expect(token).not.toBe('');
      expect(JSON.stringify(server.lines)).not.toContain(token);
    },
  );

  it('ends at once on a second signal', async () => {
    const server = start({ PANTAU_STOP_DELAY_MS: '5000' });
    await server.waitFor('Pantau is ready');
    server.child.kill('SIGTERM');
    await server.waitFor('Stopping');
    server.child.kill('SIGTERM');
    expect(await server.exit).toEqual([130, null]);
    expect(server.lines.map(({ msg }) => msg)).not.toContain('Stopped');
  });

  it('says when stored cameras are at addresses that are no longer allowed', async () => {
    const cli = fileURLToPath(new URL('./cli/main.ts', import.meta.url));
    const added = spawn(
      process.execPath,
      [cli, 'camera', 'add', 'rtsp://localhost:8554/x', '--name', 'Relai', '--no-probe'],
      { cwd: folder.path, env: { PANTAU_CAMERA_ADDRESSES: 'loopback' } },
    );
    expect(await once(added, 'exit')).toEqual([0, null]);
    const server = start();
    expect(await server.waitFor('Cameras at addresses')).toMatchObject({
      level: 'warn',
      cameras: ['Relai'],
      msg: expect.stringContaining('PANTAU_CAMERA_ADDRESSES'),
    });
    server.child.kill('SIGTERM');
    await server.exit;
    const allowing = start({ PANTAU_CAMERA_ADDRESSES: 'loopback' });
    await allowing.waitFor('Pantau is ready');
    allowing.child.kill('SIGTERM');
    await allowing.exit;
    expect(JSON.stringify(allowing.lines)).not.toContain('Cameras at addresses');
  });

  it('reads its settings from .env', async () => {
    writeFileSync(join(folder.path, '.env'), 'DATA_DIR=elsewhere\nPANTAU_READ_CONNECTIONS=2\n');
    const server = start();
    await server.waitFor('[ConnectionPool] Initialized with max 2 read connections');
    server.child.kill('SIGTERM');
    await server.exit;
  });

  it.each<[name: string, environment: () => Promise<Record<string, string>>, exitCode: number, says: RegExp]>(
    [
      [
        'the configuration is wrong',
        () => Promise.resolve({ PORT: 'x', LOG_LEVEL: 'loud' }),
        78,
        /- PORT [^]*- LOG_LEVEL [^]*CONFIG_INVALID/,
      ],
      [
        'the data folder is a file',
        () => {
          writeFileSync(join(folder.path, 'file'), '');
          return Promise.resolve({ DATA_DIR: 'file/data' });
        },
        80,
        /DATA_DIR_UNWRITABLE/,
      ],
      [
        'the database is damaged',
        () => {
          mkdirSync(join(folder.path, 'data'));
          writeFileSync(join(folder.path, 'data', 'pantau.db'), 'x'.repeat(5000));
          chmodSync(join(folder.path, 'data'), 0o700);
          return Promise.resolve({});
        },
        81,
        /DATABASE_CORRUPT/,
      ],
      [
        'PostgreSQL does not answer',
        () => Promise.resolve({ DATABASE_URL: 'postgres://u:S4ndi@127.0.0.1:9/x' }),
        83,
        /DATABASE_UNAVAILABLE/,
      ],
    ],
  )('says why when %s', async (_name, prepare, exitCode, says) => {
    const server = start(await prepare());
    expect(await server.exit).toEqual([exitCode, null]);
    expect(server.errorText).toMatch(says);
    expect(server.errorText).not.toMatch(/\n {4}at |S4ndi/);
  });

  it('says why when the port is taken, and closes the database again', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    // A TCP server that listens has an address of this shape.
    const { port } = blocker.address() as AddressInfo;
    const server = start({ PORT: String(port) });
    expect(await server.exit).toEqual([79, null]);
    expect(server.errorText).toBe(
      `Port ${port} is in use already, perhaps by another Pantau. Choose another with PORT, e.g. PORT=3001. [LISTEN_FAILED]\n`,
    );
    expect(server.lines.at(-1)?.msg).toBe('[ConnectionPool] Closing');
    blocker.close();
  });
});
