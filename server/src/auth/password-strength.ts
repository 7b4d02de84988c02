/** Starts the thread that estimates passwords when one is needed, and ends it a minute after the last. */
import { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';
import type { StrengthReply, StrengthRequest } from './password-strength-worker.ts';
import { WorkLimit } from './work-limit.ts';

/** What the rules know of the estimator. */
export interface PasswordStrength {
  /** The lowest score of `texts`, 0 (a guess) to 4 (out of reach), when `words` are no secret. @throws AppError OVERLOADED */
  score(texts: readonly string[], words: readonly string[]): Promise<number>;
}

const MAX_WAITING = 16;
/** An estimate takes a second at worst; on a machine that is starved it may take longer. */
const TIMEOUT_MS = 20_000;
const IDLE_MS = 60_000;

export class PasswordStrengthThread implements PasswordStrength, AsyncDisposable {
  readonly #clock: Clock;
  readonly #limit = new WorkLimit(1, MAX_WAITING);
  #worker: Worker | undefined;
  #idle: Timer | undefined;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  score(texts: readonly string[], words: readonly string[]): Promise<number> {
    return this.#limit.run(async () => {
      if (this.#closed) throw stopping();
      this.#idle?.cancel();
      const worker = (this.#worker ??= this.#start());
      try {
        return await this.#ask(worker, { texts, words });
      } catch (error) {
        // Whatever it does now, nobody waits for it any more.
        if (this.#worker === worker) await this.#end();
        throw error;
      } finally {
        if (this.#worker !== undefined)
          this.#idle = this.#clock.setTimer(IDLE_MS, () => void this.#end(), { unref: true });
      }
    });
  }

  get isRunning(): boolean {
    return this.#worker !== undefined;
  }

  /** Ends the thread; an estimate that runs fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#end();
  }

  #start(): Worker {
    const worker = new Worker(new URL('./password-strength-worker.ts', import.meta.url));
    worker.unref();
    // A thread that dies while nobody asks it: the next question starts another.
    worker.on('error', () => {});
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }

  async #end(): Promise<void> {
    this.#idle?.cancel();
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #ask(worker: Worker, request: StrengthRequest): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const onMessage = ({ score }: StrengthReply) => resolve(score);
    const onExit = () => reject(this.#closed ? stopping() : failed());
    const onError = (cause: Error) => reject(failed(cause));
    const timer = this.#clock.setTimer(TIMEOUT_MS, () => reject(failed()));
    worker.once('message', onMessage).once('exit', onExit).once('error', onError);
    // An unanswered question keeps the process alive; an idle thread does not.
    worker.ref();
    worker.postMessage(request);
    return promise.finally(() => {
      timer.cancel();
      worker.unref();
      worker.off('message', onMessage).off('exit', onExit).off('error', onError);
    });
  }
}

function failed(cause?: Error): AppError {
  return new AppError('unavailable', 'OVERLOADED', 'The password could not be checked; try again shortly.', {
    ...(cause === undefined ? {} : { cause }),
    details: { retryAfterS: 2 },
  });
}

function stopping(): AppError {
  return new AppError('cancelled', 'STOPPING', 'The server is stopping.');
}
