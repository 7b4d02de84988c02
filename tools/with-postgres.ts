/**
 * `node tools/with-postgres.ts <program> [argument …]`: runs a program with TEST_POSTGRES_URL, which leads to a
 * PostgreSQL server that lives as long as the program does. Ends as the program ends; no signal leaves the server behind.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { PostgresServer } from './postgres-server.ts';

const PARENT_CHECK_MS = 500;

const [program, ...args] = process.argv.slice(2);
if (program === undefined) {
  console.error('Usage: node tools/with-postgres.ts <program> [argument …]');
  process.exitCode = 64;
} else {
  process.exitCode = await runWithPostgres(program, args);
}

async function runWithPostgres(command: string, commandArgs: readonly string[]): Promise<number> {
  let child: ChildProcess | undefined;
  let isEnding = false;
  const end = (signal: NodeJS.Signals) => {
    isEnding = true;
    child?.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(signal));
  // Whoever started this may be killed without a word to us.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent || isEnding) return;
    end('SIGTERM');
  }, PARENT_CHECK_MS);
  try {
    await using server = await PostgresServer.open();
    if (isEnding) return 1;
    console.log(`[pantau] ${server.version} for the tests`);
    const started = spawn(command, commandArgs, {
      stdio: 'inherit',
      env: { ...process.env, TEST_POSTGRES_URL: server.url },
    });
    child = started;
    // "await using" needs the result here: a returned promise would outlive the server.
    const code = await new Promise<number>((resolve) => {
      started.once('error', (error) => {
        console.error(`[pantau] ${command} could not be started: ${error.message}`);
        resolve(127);
      });
      started.once('close', (exitCode) => resolve(exitCode ?? 1));
    });
    return code;
  } finally {
    clearInterval(watch);
  }
}
