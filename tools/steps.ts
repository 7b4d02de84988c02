/** Runs programs of this repository one after another and says how each went: for `check` and `test`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');

export interface Step {
  readonly name: string;
  /** Program and arguments, run in the repository's root. */
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** What the output has to say for the step to count, such as the number of files it read: a step that saw nothing fails. */
  readonly mustSay?: RegExp;
}

/** A step that runs a package's program (`node_modules/.bin/<name>`). */
export function bin(name: string, ...args: string[]): [string, ...string[]] {
  return [join(ROOT, 'node_modules', '.bin', name), ...args];
}

/** A step that runs a script of ours on this very Node. */
export function script(path: string, ...args: string[]): [string, ...string[]] {
  return [process.execPath, join(ROOT, path), ...args];
}

/** Runs all steps, also after one failed, and returns the names of those that failed. Output is passed through. */
export function runSteps(steps: readonly Step[]): string[] {
  const failed: string[] = [];
  for (const step of steps) {
    const startedAt = performance.now();
    const [program, ...args] = step.command;
    const result = spawnSync(program, args, {
      cwd: ROOT,
      stdio: step.mustSay === undefined ? 'inherit' : ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
      maxBuffer: 64 << 20,
      env: { ...process.env, ...step.env },
    });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    if (step.mustSay !== undefined) process.stdout.write(result.stdout);
    const isOk = result.status === 0 && (step.mustSay === undefined || step.mustSay.test(result.stdout));
    if (!isOk) failed.push(step.name);
    console.log(
      `${isOk ? 'ok  ' : 'FAIL'} ${step.name} (${seconds} s)${result.error ? ` ${result.error.message}` : ''}`,
    );
  }
  return failed;
}
