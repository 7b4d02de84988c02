/** Long-running programs of a verb (`demo`, `dev`): they get our signals, and when one ends all end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { ROOT } from './steps.ts';

export interface Program {
  readonly args: readonly string[];
  /** Default: the repository's root. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs programs on this Node until all have ended. Resolves to the exit code of the first one that ended. */
export function runPrograms(programs: readonly Program[]): Promise<number> {
  const children: ChildProcess[] = programs.map((program) =>
    spawn(process.execPath, program.args, {
      cwd: program.cwd ?? ROOT,
      stdio: 'inherit',
      env: { ...process.env, ...program.env },
    }),
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      for (const child of children) child.kill(signal);
    });
  }
  return new Promise((resolve) => {
    let firstCode: number | undefined;
    let running = children.length;
    for (const child of children) {
      child.on('error', (error) =>
        console.error(`[pantau] a program could not be started: ${error.message}`),
      );
      child.on('close', (code, signal) => {
        firstCode ??= signal === null ? (code ?? 1) : 1;
        running--;
        for (const other of children)
          if (other.exitCode === null && other.signalCode === null) other.kill('SIGTERM');
        if (running === 0) resolve(firstCode);
      });
    }
  });
}
