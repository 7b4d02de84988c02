/** The launcher as npm runs it: in a shell of npm's, with signals that reach some processes and not others. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ROOT } from './steps.ts';

const folders: string[] = [];

/** Starts the server through `command` and resolves when it is ready. */
async function startServer(
  command: string,
  args: readonly string[],
): Promise<{ child: ChildProcess; output: () => string }> {
  const folder = mkdtempSync(join(tmpdir(), 'pantau-launch-'));
  folders.push(folder);
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: folder,
      DATABASE_URL: '',
      // Not a setting of the server, which refuses names it does not know.
      PANTAU_TEST_POSTGRES_URL: undefined,
      LOG_FORMAT: 'json',
      PANTAU_STOP_DELAY_MS: '0',
    },
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Pantau is ready')) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('close', () => reject(new Error(`ended early: ${output}`)));
  });
  return { child, output: () => output };
}

/** Resolves when every process that writes to the child's output has ended. */
function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.on('close', (code) => resolve(code)));
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('npm start', { timeout: 120_000 }, () => {
  it('stops in order on one signal', async () => {
    const { child, output } = await startServer(process.execPath, ['tools/launch.mjs', 'start']);
    const end = ended(child);
    child.kill('SIGTERM');
    expect(await end).toBe(0);
    expect(output()).toContain('"msg":"Stopped"');
  });

  it('takes the same signal from npm and from the terminal for one', async () => {
    const { child, output } = await startServer(process.execPath, ['tools/launch.mjs', 'start']);
    const end = ended(child);
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect(await end).toBe(0);
    expect(output()).toContain('"msg":"Stopped"');
  });

  it('does not leave the server behind when only the shell above it is ended', async () => {
    const { child, output } = await startServer('/bin/sh', [
      '-c',
      `"${process.execPath}" tools/launch.mjs start; true`,
    ]);
    const end = ended(child);
    child.kill('SIGKILL');
    await end;
    expect(output()).toContain('"msg":"Stopped"');
  });
});
