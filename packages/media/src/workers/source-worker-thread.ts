/** One worker thread as the main thread sees it: the sources it has open, and what becomes of them when it ends. */
import { Worker } from 'node:worker_threads';
import { abortReason } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import { MediaError } from '../media-error.ts';
import type { ProbeTrack } from '../probe-report.ts';
import type { MediaEvent } from '../sample.ts';
import type { MediaSource, OpenSourceOptions, SourcePath } from '../source.ts';
import { readEventBatch, type EventBatch } from './event-batch.ts';
import {
  ANSWER,
  fromPlainError,
  SHARED,
  toPlainSource,
  type WorkerReply,
  type WorkerRequest,
  type WorkerSetup,
} from './worker-protocol.ts';

export interface SourceWorkerThreadOptions {
  /** The worker's program. */
  readonly program: URL;
  /** Called once, when the thread has ended without being told to. */
  readonly onCrash: (thread: SourceWorkerThread, error: Error) => void;
}

/** Heap of a worker, MiB: a leak ends the worker, not the process. Media lies outside the heap. */
const MAX_HEAP_MIB = 512;
/** Of which for what is young: media is let go of only when this is collected. */
const MAX_YOUNG_MIB = 48;

export class SourceWorkerThread {
  readonly #worker: Worker;
  readonly #numbers: Int32Array;
  readonly #options: SourceWorkerThreadOptions;
  readonly #sources = new Map<number, RemoteSource>();
  #lastId = 0;
  #isOver = false;
  /** Media bytes since `drainLoad`. */
  #load = 0;

  constructor(options: SourceWorkerThreadOptions) {
    this.#options = options;
    const setup: WorkerSetup = { shared: new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT) };
    this.#numbers = new Int32Array(setup.shared);
    this.#worker = new Worker(options.program, {
      workerData: setup,
      // The thread must not die of the flags of a test runner or a profiler, nor report its files to `node --watch`.
      execArgv: [],
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB, maxYoungGenerationSizeMb: MAX_YOUNG_MIB },
    });
    this.#worker.unref();
    let crash: Error | undefined;
    this.#worker.on('error', (error) => {
      crash = error;
    });
    this.#worker.on('exit', () => this.#onExit(crash ?? new Error('the thread ended')));
    this.#worker.on('message', (reply: WorkerReply) => this.#take(reply));
  }

  /** Sources that are open or being opened. */
  get size(): number {
    return this.#sources.size;
  }

  /** Media bytes since this was last asked. */
  drainLoad(): number {
    const load = this.#load;
    this.#load = 0;
    return load;
  }

  /** Opens a source on this thread. @throws MediaError */
  open(options: OpenSourceOptions): Promise<MediaSource> {
    const id = ++this.#lastId;
    const remote = new RemoteSource(options, (request) => this.#post(request), id);
    this.#sources.set(id, remote);
    this.#post({ type: 'open', id, source: toPlainSource(options.source), logFields: {} });
    return remote.opened;
  }

  /** Ends the thread and with it what is still open on it. */
  async terminate(): Promise<void> {
    this.#isOver = true;
    await this.#worker.terminate();
    this.#dropSources(new MediaError('ENGINE_STOPPING', 'the engine is stopping'));
  }

  #post(request: WorkerRequest): void {
    if (!this.#isOver) this.#worker.postMessage(request);
  }

  #take(reply: WorkerReply): void {
    switch (reply.type) {
      case 'media':
        this.#takeMedia(reply.batch);
        return;
      case 'address':
        this.#answer(reply.address, reply.port);
        return;
      case 'opened':
        this.#sources.get(reply.id)?.onOpened(reply);
        return;
      case 'failed':
        this.#sources.get(reply.id)?.onFailed(fromPlainError(reply.error));
        this.#sources.delete(reply.id);
        return;
      case 'ended':
        this.#sources.get(reply.id)?.onEnded(reply.error && fromPlainError(reply.error));
        return;
      case 'waiting':
        this.#sources.get(reply.id)?.onWaiting();
        return;
      case 'ask':
        this.#sources.get(reply.id)?.onAsk();
        return;
      case 'closed':
        this.#sources.get(reply.id)?.onClosed();
        this.#sources.delete(reply.id);
        return;
      case 'log':
        writeLog(this.#sources.get(reply.id)?.logger, reply);
    }
  }

  #takeMedia(batch: EventBatch): void {
    this.#load += batch.bytes.byteLength;
    try {
      readEventBatch(batch, {
        onEvent: (id, event) => this.#sources.get(id)?.onEvent(event),
        onLost: (id, lostPackets) => this.#sources.get(id)?.onLost(lostPackets),
      });
    } finally {
      Atomics.add(this.#numbers, SHARED.handledBatches, 1);
    }
  }

  /** The rule is one for the whole engine, so any source of this thread has it. */
  #answer(address: string, port: number): void {
    const [first] = this.#sources.values();
    const isAllowed = first?.isAddressAllowed(address, port) ?? false;
    Atomics.store(this.#numbers, SHARED.answer, isAllowed ? ANSWER.allowed : ANSWER.refused);
    Atomics.notify(this.#numbers, SHARED.answer);
  }

  #onExit(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#dropSources(
      new MediaError(
        'SOURCE_CLOSED',
        'The part of the server that reads this camera failed; connecting again',
      ),
    );
    this.#options.onCrash(this, error);
  }

  #dropSources(error: MediaError): void {
    const sources = [...this.#sources.values()];
    this.#sources.clear();
    for (const source of sources) source.onGone(error);
  }
}

/** A source on the worker, as `MediaSource` on this side. */
class RemoteSource implements MediaSource {
  readonly opened: Promise<MediaSource>;
  readonly ended: Promise<void>;
  readonly #options: OpenSourceOptions;
  readonly #post: (request: WorkerRequest) => void;
  readonly #id: number;
  readonly #opening = Promise.withResolvers<MediaSource>();
  readonly #ending = Promise.withResolvers<void>();
  readonly #closing = Promise.withResolvers<void>();
  readonly #onAbort = () => this.#abort();
  #isClosing = false;
  #server: string | undefined;
  #tracks: readonly ProbeTrack[] = [];
  #path: SourcePath | undefined;
  #lostPackets = 0;

  constructor(options: OpenSourceOptions, post: (request: WorkerRequest) => void, id: number) {
    this.#options = options;
    this.#post = post;
    this.#id = id;
    this.opened = this.#opening.promise;
    this.ended = this.#ending.promise;
    this.opened.catch(() => undefined);
    this.ended.catch(() => undefined); // whoever waits for it is told; nobody waiting is no fault
    if (options.signal.aborted) queueMicrotask(this.#onAbort);
    else options.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  get server(): string | undefined {
    return this.#server;
  }

  get tracks(): readonly ProbeTrack[] {
    return this.#tracks;
  }

  get path(): SourcePath | undefined {
    return this.#path;
  }

  get lostPackets(): number {
    return this.#lostPackets;
  }

  get logger(): Logger {
    return this.#options.logger;
  }

  isAddressAllowed(address: string, port: number): boolean {
    return this.#options.isAddressAllowed?.(address, port) ?? true;
  }

  close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true;
      this.#post({ type: 'close', id: this.#id, goodbye: true });
    }
    return this.#closing.promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  onEvent(event: MediaEvent): void {
    if (!this.#isClosing) this.#options.onEvent(event);
  }

  requestKeyframe(): void {
    this.#post({ type: 'keyframe', id: this.#id });
  }

  onWaiting(): void {
    if (!this.#isClosing) this.#options.onWaitingForKeyframe?.();
  }

  onAsk(): void {
    if (!this.#isClosing) this.#options.askForKeyframe?.();
  }

  onLost(lostPackets: number): void {
    this.#lostPackets = lostPackets;
  }

  onOpened({ server, tracks, path }: Pick<MediaSource, 'server' | 'tracks' | 'path'>): void {
    this.#server = server;
    this.#tracks = tracks;
    this.#path = path;
    this.#opening.resolve(this);
  }

  onFailed(error: Error): void {
    this.#forgetSignal();
    this.#opening.reject(error);
    this.#ending.reject(error);
    this.#closing.resolve();
  }

  onEnded(error: Error | undefined): void {
    this.#forgetSignal();
    if (error === undefined) this.#ending.resolve();
    else this.#ending.reject(error);
  }

  onClosed(): void {
    this.#forgetSignal();
    this.#opening.reject(new MediaError('SOURCE_CLOSED', 'the source was closed'));
    this.#ending.resolve();
    this.#closing.resolve();
  }

  /** The thread is gone. */
  onGone(error: MediaError): void {
    this.onFailed(error);
  }

  #abort(): void {
    this.#isClosing = true;
    this.#post({ type: 'close', id: this.#id, goodbye: false });
    const reason = abortReason(this.#options.signal);
    this.#opening.reject(reason);
    this.#ending.reject(reason);
  }

  #forgetSignal(): void {
    this.#options.signal.removeEventListener('abort', this.#onAbort);
  }
}

function writeLog(logger: Logger | undefined, line: Extract<WorkerReply, { type: 'log' }>): void {
  logger?.[line.level](line.fields, line.message);
}
