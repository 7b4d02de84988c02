/**
 * Keeps the process that decodes: started when there is work, ended when there has been none for a while, killed when it hangs,
 * grows or was used often enough. What a key frame does to it touches nobody else.
 *
 *   make() ──► queue (16, else "busy") ──one at a time──► picture-worker.ts ──► pictures
 *                                              │ 5 s, or it died: problem, next picture gets a new process
 */
import { fork, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Clock, Timer } from '@pantau/base/clock';
import { messageOf } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import type { Keyframe } from '@pantau/media';
import { checkKeyframe, type PictureMaker, type PictureOutcome, type PictureProblem } from './picture.ts';
import type { PictureReply, PictureRequest } from './picture-protocol.ts';

export interface DecoderProcessOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The program; tests have others. */
  readonly program?: URL;
  readonly limits?: Partial<DecoderLimits>;
}

export interface DecoderLimits {
  /** Key frames that may wait. */
  readonly queue: number;
  /** For one picture, and for the start of the process. */
  readonly pictureMs: number;
  readonly startMs: number;
  /** Without work. */
  readonly idleMs: number;
  /** A process that holds more, or made so many, makes way for a new one. */
  readonly rssBytes: number;
  readonly pictures: number;
  /** After this many deaths in a row nothing is tried for `pauseMs`. */
  readonly deaths: number;
  readonly pauseMs: number;
}

const LIMITS: DecoderLimits = {
  queue: 16,
  pictureMs: 5_000,
  startMs: 10_000,
  idleMs: 150_000,
  rssBytes: 400 * 1024 * 1024,
  pictures: 5_000,
  deaths: 3,
  pauseMs: 60_000,
};

interface Job {
  readonly keyframe: Keyframe;
  readonly resolve: (outcome: PictureOutcome) => void;
}

interface Running {
  readonly child: ChildProcess;
  pictures: number;
}

export class DecoderProcess implements PictureMaker {
  readonly #options: DecoderProcessOptions;
  readonly #limits: DecoderLimits;
  readonly #queue: Job[] = [];
  #running: Running | undefined;
  #isWorking = false;
  #idle: Timer | undefined;
  #deaths = 0;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  #cannotWork = false;
  #isClosed = false;
  #nextId = 1;

  constructor(options: DecoderProcessOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
  }

  /** About 30 ms each. */
  get perSecond(): number {
    return this.#cannotWork ? 0 : 8;
  }

  /** Of the process that runs now. */
  get pid(): number | undefined {
    return this.#running?.child.pid;
  }

  make(keyframe: Keyframe): Promise<PictureOutcome> {
    const problem = this.#cannotWork ? 'no-decoder' : checkKeyframe(keyframe);
    if (problem !== undefined) return Promise.resolve({ ok: false, problem });
    if (this.#isAtRest || this.#queue.length >= this.#limits.queue)
      return Promise.resolve({ ok: false, problem: 'busy' });
    return new Promise((resolve) => {
      this.#queue.push({ keyframe, resolve });
      if (!this.#isWorking) void this.#work();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#idle?.cancel();
    for (const { resolve } of this.#queue.splice(0)) resolve({ ok: false, problem: 'busy' });
    return this.#end();
  }

  /** Closed, or pausing after too many deaths. */
  get #isAtRest(): boolean {
    return this.#isClosed || this.#options.clock.monotonic() < this.#pausedUntilMs;
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    this.#idle?.cancel();
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) {
      job.resolve(await this.#tryDecode(job.keyframe));
    }
    this.#isWorking = false;
    if (this.#isClosed) return;
    this.#idle = this.#options.clock.setTimer(this.#limits.idleMs, () => void this.#end(), { unref: true });
  }

  /** Whatever goes wrong, a process that cannot be started and an answer that is none among it, costs this picture only. */
  async #tryDecode(keyframe: Keyframe): Promise<PictureOutcome> {
    try {
      return await this.#decode(keyframe);
    } catch (error) {
      this.#options.logger.warn({ reason: messageOf(error) }, 'the picture decoder failed in an unknown way');
      return { ok: false, problem: this.#died('crashed') };
    }
  }

  async #decode(keyframe: Keyframe): Promise<PictureOutcome> {
    if (this.#cannotWork) return { ok: false, problem: 'no-decoder' };
    if (this.#isAtRest) return { ok: false, problem: 'busy' };
    const running = await this.#start();
    if (typeof running === 'string') return { ok: false, problem: running };
    const id = this.#nextId++;
    const { config, data } = keyframe;
    const reply = this.#expect(running.child, this.#limits.pictureMs);
    running.child.send(
      {
        id,
        codec: config.codec,
        codecString: config.codecString,
        decoderConfig: config.decoderConfig,
        data,
        sampleAspectRatio: config.sampleAspectRatio,
        colour: config.colour,
      } satisfies PictureRequest,
      // A process that is gone already is noticed by its end.
      () => undefined,
    );
    const answer = await reply;
    if (typeof answer === 'string' || answer.type === 'ready' || answer.id !== id)
      return { ok: false, problem: this.#died(typeof answer === 'string' ? answer : 'crashed') };
    this.#deaths = 0;
    running.pictures++;
    if (answer.rssBytes > this.#limits.rssBytes || running.pictures >= this.#limits.pictures)
      void this.#end();
    if (answer.type === 'problem') return { ok: false, problem: answer.problem };
    const pictures = answer.pictures.map((picture) => ({
      ...picture,
      // The memory is the message's own.
      bytes: Buffer.from(picture.bytes.buffer, picture.bytes.byteOffset, picture.bytes.byteLength),
    }));
    return { ok: true, pictures };
  }

  async #start(): Promise<Running | PictureProblem> {
    if (this.#running) return this.#running;
    const child = fork(
      fileURLToPath(this.#options.program ?? new URL('./picture-worker.ts', import.meta.url)),
      [],
      {
        // Nothing of ours: the process reads what cameras send, and needs neither keys nor addresses.
        env: {},
        execArgv: ['--expose-gc', '--max-old-space-size=256'],
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      },
    );
    const ready = this.#expect(child, this.#limits.startMs);
    const running: Running = { child, pictures: 0 };
    this.#running = running;
    // A decoder that is needed must not keep a server alive that stops.
    child.unref();
    child.channel?.unref();
    // Who waits listens too; later ones concern a process that is on its way out.
    child.on('error', () => undefined);
    child.on('exit', () => {
      if (this.#running === running) this.#running = undefined;
    });
    lowerPriority(child.pid);
    const answer = await ready;
    if (typeof answer === 'string' || answer.type !== 'ready')
      return this.#died(typeof answer === 'string' ? answer : 'crashed');
    if (answer.canWork) return running;
    this.#cannotWork = true;
    this.#options.logger.info(
      {},
      'the optional packages for pictures are not there or do not run here; looking for another way',
    );
    await this.#end();
    return 'no-decoder';
  }

  /** The next message of the process, or what happened instead. */
  #expect(child: ChildProcess, limitMs: number): Promise<PictureReply | PictureProblem> {
    const { promise, resolve } = Promise.withResolvers<PictureReply | PictureProblem>();
    // Only our own program writes to this channel, as its types say.
    const onMessage = (message: unknown) => resolve(message as PictureReply);
    const onGone = () => resolve(this.#isClosed ? 'busy' : 'crashed');
    const timer = this.#options.clock.setTimer(limitMs, () => resolve('timeout'), { unref: true });
    child.once('message', onMessage);
    child.once('exit', onGone);
    child.once('error', onGone);
    return promise.finally(() => {
      timer.cancel();
      child.off('message', onMessage);
      child.off('exit', onGone);
      child.off('error', onGone);
    });
  }

  #died(problem: PictureProblem): PictureProblem {
    void this.#end();
    if (problem === 'busy') return problem;
    const { logger, clock } = this.#options;
    logger.warn({ problem }, 'the picture decoder had to be replaced');
    if (++this.#deaths >= this.#limits.deaths) {
      this.#deaths = 0;
      this.#pausedUntilMs = clock.monotonic() + this.#limits.pauseMs;
      logger.error({ pauseMs: this.#limits.pauseMs }, 'the picture decoder keeps dying; pausing');
    }
    return problem;
  }

  /** Ends the process that runs now, if there is one. Resolves when it is gone. */
  #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (!running) return Promise.resolve();
    const { child } = running;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined)
      return Promise.resolve();
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    // There is nothing to save, and a native thread that hangs hears nothing else.
    child.kill('SIGKILL');
    return gone;
  }
}

/** Pictures can wait; viewers cannot. */
function lowerPriority(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Gone already, or the system does not allow it: then it runs like anything else.
  }
}
