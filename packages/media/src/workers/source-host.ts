/**
 * The worker's side: opens sources as it is told and sends what they emit, once per turn of its event loop.
 *
 *   open ──► OpenSource ── events ──► EventBatchWriter ── once a turn ──► main thread
 *
 * A main thread that does not keep up must not be buried: above `MAX_UNHANDLED` batches on the way, samples are dropped
 * until it has caught up, and each source goes on at its next key frame behind a discontinuity.
 */
import type { Clock } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import { MediaError } from '../media-error.ts';
import type { MediaEvent, StreamConfig } from '../sample.ts';
import type { IsAddressAllowed, MediaSource, OpenSource } from '../source.ts';
import { EventBatchWriter, type EventBatch } from './event-batch.ts';
import {
  fromPlainSource,
  toPlainError,
  type LogLevel,
  type WorkerReply,
  type WorkerRequest,
} from './worker-protocol.ts';

/** Batches that may be on the way: about two seconds of a busy worker's turns. */
export const MAX_UNHANDLED = 512;
/** A batch is sent before the turn ends when it holds so much, bytes. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

export interface SourceHostOptions {
  readonly openSource: OpenSource;
  readonly clock: Clock;
  readonly isAddressAllowed: IsAddressAllowed;
  readonly post: (reply: WorkerReply, transfer?: ArrayBuffer[]) => void;
  /** Batches that the main thread has handled so far. */
  readonly handledBatches: () => number;
  /** Runs its argument at the end of this turn of the event loop. */
  readonly defer: (callback: () => void) => void;
}

interface HostedSource {
  readonly id: number;
  readonly stopper: AbortController;
  source: MediaSource | undefined;
  /** What its samples are, for going on after a drop. */
  config: StreamConfig | undefined;
  /** Samples were dropped: it goes on with a key frame. */
  isBehind: boolean;
  lostPackets: number;
}

export class SourceHost {
  readonly #options: SourceHostOptions;
  readonly #sources = new Map<number, HostedSource>();
  readonly #writer = new EventBatchWriter();
  #sentBatches = 0;
  #isDeferred = false;

  constructor(options: SourceHostOptions) {
    this.#options = options;
  }

  take(request: WorkerRequest): void {
    if (request.type === 'open') void this.#open(request);
    else if (request.type === 'keyframe') this.#sources.get(request.id)?.source?.requestKeyframe?.();
    else void this.#close(request.id, request.goodbye);
  }

  async #open({ id, source, logFields }: Extract<WorkerRequest, { type: 'open' }>): Promise<void> {
    const { openSource, clock, isAddressAllowed, post } = this.#options;
    const hosted: HostedSource = {
      id,
      stopper: new AbortController(),
      source: undefined,
      config: undefined,
      isBehind: false,
      lostPackets: 0,
    };
    this.#sources.set(id, hosted);
    try {
      const opened = await openSource({
        source: fromPlainSource(source),
        onEvent: (event) => this.#onEvent(hosted, event),
        clock,
        logger: new PostingLogger(id, post, logFields),
        signal: hosted.stopper.signal,
        isAddressAllowed,
        onWaitingForKeyframe: () => post({ type: 'waiting', id }),
        askForKeyframe: () => post({ type: 'ask', id }),
      });
      hosted.source = opened;
      post({ type: 'opened', id, server: opened.server, tracks: opened.tracks, path: opened.path });
      this.#watch(hosted, opened);
    } catch (error) {
      this.#sources.delete(id);
      this.#flush();
      post({ type: 'failed', id, error: toPlainError(error) });
    }
  }

  #watch(hosted: HostedSource, opened: MediaSource): void {
    const { id } = hosted;
    const end = (error: unknown) => {
      this.#flush();
      this.#options.post({ type: 'ended', id, error: error === undefined ? undefined : toPlainError(error) });
    };
    opened.ended.then(
      () => end(undefined),
      (error: unknown) => end(error ?? new Error('the source failed without saying why')),
    );
  }

  async #close(id: number, goodbye: boolean): Promise<void> {
    const hosted = this.#sources.get(id);
    this.#sources.delete(id);
    if (hosted !== undefined) {
      if (!goodbye || hosted.source === undefined) {
        hosted.stopper.abort(new MediaError('SOURCE_CLOSED', 'nobody needs the source any more'));
      }
      try {
        await hosted.source?.close();
      } catch {
        // It was to be closed, and it is gone: `ended` has said why.
      }
    }
    this.#options.post({ type: 'closed', id });
  }

  #onEvent(hosted: HostedSource, event: MediaEvent): void {
    if (event.type === 'config') hosted.config = event.config;
    if (this.#isFull()) {
      hosted.isBehind = true;
      return;
    }
    if (hosted.isBehind && !this.#catchUp(hosted, event)) return;
    this.#writer.add(hosted.id, event);
    const lostPackets = hosted.source?.lostPackets ?? 0;
    if (lostPackets !== hosted.lostPackets) {
      hosted.lostPackets = lostPackets;
      this.#writer.addLost(hosted.id, lostPackets);
    }
    if (this.#writer.byteLength >= MAX_BATCH_BYTES) this.#flush();
    else this.#flushLater();
  }

  /** Whether the source goes on with this event after a drop. */
  #catchUp(hosted: HostedSource, event: MediaEvent): boolean {
    if (event.type !== 'sample' || event.sample.kind !== 'video' || !event.sample.keyframe) return false;
    hosted.isBehind = false;
    this.#writer.add(hosted.id, { type: 'discontinuity', reason: 'the server was too busy' });
    if (hosted.config !== undefined) {
      this.#writer.add(hosted.id, { type: 'config', config: hosted.config });
    }
    return true;
  }

  #isFull(): boolean {
    return this.#sentBatches - this.#options.handledBatches() >= MAX_UNHANDLED;
  }

  #flushLater(): void {
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#options.defer(() => {
      this.#isDeferred = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#writer.isEmpty) return;
    const { batch, transfer }: { batch: EventBatch; transfer: ArrayBuffer[] } = this.#writer.take();
    this.#sentBatches++;
    this.#options.post({ type: 'media', batch }, transfer);
  }
}

/** Writes the worker's log lines on the main thread. */
class PostingLogger implements Logger {
  readonly #id: number;
  readonly #post: SourceHostOptions['post'];
  readonly #fields: object;

  constructor(id: number, post: SourceHostOptions['post'], fields: object) {
    this.#id = id;
    this.#post = post;
    this.#fields = fields;
  }

  debug(fields: object, message: string): void {
    this.#write('debug', fields, message);
  }

  info(fields: object, message: string): void {
    this.#write('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#write('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#write('error', fields, message);
  }

  child(fields: object): Logger {
    return new PostingLogger(this.#id, this.#post, { ...this.#fields, ...fields });
  }

  #write(level: LogLevel, fields: object, message: string): void {
    this.#post({ type: 'log', id: this.#id, level, fields: { ...this.#fields, ...fields }, message });
  }
}
