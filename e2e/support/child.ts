/**
 * A child process of a test or a benchmark: its output is kept (bounded), its end is awaited, and it never outlives
 * the test that started it.
 */
import { spawn, type ChildProcess } from 'node:child_process';

export interface ChildExit {
  /** Exit code, or undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

export interface ChildOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Text for standard input, which is then closed. Without it standard input stays open until the child ends. */
  readonly stdin?: string;
  /** Called with each piece of standard output. */
  readonly onStdout?: (text: string) => void;
}

/** Characters of each output stream that are kept; what is older is dropped and `isOutputCut` says so. */
const MAX_KEPT = 16 * 1024 * 1024;

/** The environment of this process without `PANTAU_…`: those are settings of the tests, or of the developer's own server. */
function inheritedEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PANTAU_')));
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export class Child implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #stdout = new KeptText();
  readonly #stderr = new KeptText();
  readonly exited: Promise<ChildExit>;
  #exit: ChildExit | undefined;

  constructor(command: string, options: ChildOptions = {}) {
    const child = spawn(command, [...(options.args ?? [])], {
      env: { ...inheritedEnv(), ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#process = child;
    running.add(child);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout.append(text);
      options.onStdout?.(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#stderr.append(text));
    child.stdin.on('error', () => undefined); // the child may end before it has read everything
    if (options.stdin !== undefined) child.stdin.end(options.stdin);
    this.exited = new Promise((resolve) => {
      const settle = (exit: ChildExit) => {
        running.delete(child);
        this.#exit ??= exit;
        resolve(this.#exit);
      };
      child.once('error', (error) => {
        this.#stderr.append(`${error.message}\n`);
        settle({ code: 127, signal: undefined });
      });
      child.once('close', (code, signal) => settle({ code: code ?? undefined, signal: signal ?? undefined }));
    });
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  get stdout(): string {
    return this.#stdout.value;
  }

  get stderr(): string {
    return this.#stderr.value;
  }

  /** True when the output was longer than is kept, so that a search in it proves nothing. */
  get isOutputCut(): boolean {
    return this.#stdout.isCut || this.#stderr.isCut;
  }

  /** How it ended; undefined while it runs. */
  get exit(): ChildExit | undefined {
    return this.#exit;
  }

  /** Writes a line to its standard input. */
  writeLine(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** SIGTERM, then SIGKILL after `graceMs`. */
  async stop(graceMs = 10_000): Promise<ChildExit> {
    if (this.#exit !== undefined) return this.#exit;
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), graceMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /** SIGKILL, awaited: what a power cut looks like from inside. */
  async kill(): Promise<ChildExit> {
    this.#process.kill('SIGKILL');
    return this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Runs a command to its end. SIGKILL after `timeoutMs`; `code` is then undefined. */
export async function runCommand(
  command: string,
  options: ChildOptions & { readonly timeoutMs?: number } = {},
): Promise<ChildExit & { readonly stdout: string; readonly stderr: string; readonly tookMs: number }> {
  const startedMs = performance.now();
  const child = new Child(command, { stdin: '', ...options });
  const timer = setTimeout(() => child.signal('SIGKILL'), options.timeoutMs ?? 30_000);
  try {
    const exit = await child.exited;
    return { ...exit, stdout: child.stdout, stderr: child.stderr, tookMs: performance.now() - startedMs };
  } finally {
    clearTimeout(timer);
  }
}

class KeptText {
  value = '';
  isCut = false;

  append(text: string): void {
    this.value += text;
    if (this.value.length <= MAX_KEPT) return;
    this.isCut = true;
    this.value = this.value.slice(-MAX_KEPT / 2);
  }
}
