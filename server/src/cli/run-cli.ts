/** One call of the command line, from arguments to exit code. */
import { text } from 'node:stream/consumers';
import { CommanderError } from 'commander';
import { systemClock, type Clock } from '@pantau/base/clock';
import type { MediaEngine } from '@pantau/media';
import type { EngineOptions } from '../context.ts';
import { describeFailure } from '../describe-failure.ts';
import { EXIT_CODES, EXIT_INTERNAL, EXIT_OK } from '../exit-codes.ts';
import { createProgram } from './program.ts';
import { promptSecret } from './prompt-secret.ts';

/** What the command line touches outside itself; tests hand in their own. */
export interface CliHost {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDir: string;
  readonly clock: Clock;
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
  readonly readStdin: () => Promise<string>;
  /** Asks for one line that is not shown; absent without a terminal. */
  readonly promptSecret?: ((question: string) => Promise<string>) | undefined;
  readonly createEngine: (options: EngineOptions) => Promise<MediaEngine>;
}

/** @returns the exit code. Never throws. */
export async function runCli(args: readonly string[], host: CliHost = processHost()): Promise<number> {
  const program = createProgram(host);
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT_OK;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed what is wrong, or the help that was asked for.
      return error.exitCode === 0 ? EXIT_OK : (EXIT_CODES.USAGE ?? EXIT_INTERNAL);
    }
    const { text: problem, exitCode } = describeFailure(error);
    host.writeError(`${problem}\n`);
    return exitCode;
  }
}

function processHost(): CliHost {
  // Whoever read the output may have seen enough (`| head`): no reason for an alarm. There is nobody to tell on stderr.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`The output cannot be written (${error.code ?? error.message}).\n`);
    process.exitCode = EXIT_INTERNAL;
  });
  process.stderr.on('error', () => {});
  return {
    environment: process.env,
    workingDir: process.cwd(),
    clock: systemClock,
    writeOut: (output) => void process.stdout.write(output),
    writeError: (output) => void process.stderr.write(output),
    readStdin: () => text(process.stdin),
    promptSecret: process.stdin.isTTY
      ? (question) => promptSecret(question, { input: process.stdin, output: process.stderr })
      : undefined,
    async createEngine(options) {
      const { createDefaultEngine } = await import('../default-engine.ts');
      return createDefaultEngine(options);
    },
  };
}
