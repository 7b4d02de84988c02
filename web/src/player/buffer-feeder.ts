/**
 * Feeds one SourceBuffer in order: appends, type changes and trims wait for each other, as the API demands.
 * Bounded: more than `maxPendingBytes` waiting means the decoder cannot keep up, and the feeder gives up rather than grow.
 */
import type { SourceBufferLike } from './media-source.ts';

export interface FeederOptions {
  readonly maxPendingBytes: number;
  /** Played seconds kept behind the picture. */
  readonly keepBehindS: number;
  /** Seconds behind the picture at which old data is cut back to `keepBehindS`. */
  readonly trimAtS: number;
  readonly positionS: () => number;
  readonly onAppended: () => void;
  /** The buffer refuses: `overrun` (too much waiting), `full` (no room even after trimming), `decode` (bytes refused). Called once. */
  readonly onFailed: (why: 'overrun' | 'full' | 'decode') => void;
}

type Step =
  | { readonly kind: 'append'; readonly data: ArrayBuffer }
  | { readonly kind: 'type'; readonly mime: string };

export class BufferFeeder {
  readonly #buffer: SourceBufferLike;
  readonly #options: FeederOptions;
  readonly #steps: Step[] = [];
  #pendingBytes = 0;
  #isClosed = false;

  readonly #onUpdateEnd = () => {
    if (this.#isClosed) return;
    this.#options.onAppended();
    this.#pump();
  };
  readonly #onError = () => this.#fail('decode');

  constructor(buffer: SourceBufferLike, options: FeederOptions) {
    this.#buffer = buffer;
    this.#options = options;
    buffer.addEventListener('updateend', this.#onUpdateEnd);
    buffer.addEventListener('error', this.#onError);
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  append(data: ArrayBuffer): void {
    if (this.#isClosed) return;
    if (this.#pendingBytes + data.byteLength > this.#options.maxPendingBytes) {
      this.#fail('overrun');
      return;
    }
    this.#pendingBytes += data.byteLength;
    this.#steps.push({ kind: 'append', data });
    this.#pump();
  }

  /** What is appended next is of another type (`codecs` of a new camera profile). */
  changeType(mime: string): void {
    this.#steps.push({ kind: 'type', mime });
    this.#pump();
  }

  close(): void {
    this.#isClosed = true;
    this.#steps.length = 0;
    this.#pendingBytes = 0;
    this.#buffer.removeEventListener('updateend', this.#onUpdateEnd);
    this.#buffer.removeEventListener('error', this.#onError);
  }

  #pump(): void {
    while (!this.#isClosed && !this.#buffer.updating) {
      if (this.#trim()) return;
      const step = this.#steps.shift();
      if (step === undefined) return;
      if (!this.#run(step)) return;
    }
  }

  /** Cuts old data when there is enough of it; returns whether an operation was started. */
  #trim(keepBehindS = this.#options.keepBehindS, trimAtS = this.#options.trimAtS): boolean {
    const { buffered } = this.#buffer;
    if (buffered.length === 0) return false;
    const positionS = this.#options.positionS();
    const startS = buffered.start(0);
    if (positionS - startS <= trimAtS) return false;
    this.#buffer.remove(startS, positionS - keepBehindS);
    return true;
  }

  /** Returns whether the next step may follow at once. */
  #run(step: Step): boolean {
    try {
      if (step.kind === 'type') {
        this.#buffer.changeType(step.mime);
        return true;
      }
      this.#buffer.appendBuffer(step.data);
      this.#pendingBytes -= step.data.byteLength;
      return false;
    } catch (error) {
      if (step.kind === 'append' && isQuotaError(error)) {
        this.#steps.unshift(step);
        if (!this.#trim(1, 2)) this.#fail('full');
        return false;
      }
      this.#fail('decode');
      return false;
    }
  }

  #fail(why: 'overrun' | 'full' | 'decode'): void {
    if (this.#isClosed) return;
    this.close();
    this.#options.onFailed(why);
  }
}

function isQuotaError(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError';
}
