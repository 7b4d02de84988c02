/**
 * The media events of many sources in one message from a worker to the main thread: the bytes of all samples in one
 * buffer and their numbers in one table, both handed over without a copy (transferred), and the rare rest as objects.
 *
 *   table   ├ source · kind · offset · length · dts · pts · duration · key frame · wall ms · G.711 ┤ …     ten numbers an event
 *   bytes   ├── sample ──┼─ sample ─┼────── sample ──────┤     a sample's G.711, of the length in the table, comes behind it
 *   configs ├ StreamConfig ┤     reasons ├ 'clock jumped' ┤      their index stands under `offset`
 *
 * Events as objects in a structured clone cost the receiver eight times as much (docs/design/source-workers.md).
 */
import type { MediaEvent, Sample, StreamConfig } from '../sample.ts';

/** One message. Made by `EventBatchWriter.take`, read by `readEventBatch`. */
export interface EventBatch {
  readonly table: Float64Array<ArrayBuffer>;
  readonly bytes: ArrayBuffer;
  readonly configs: readonly StreamConfig[];
  readonly reasons: readonly string[];
}

const COLUMNS = 10;
const KIND = { video: 0, audio: 1, config: 2, discontinuity: 3, lost: 4 } as const;
const INITIAL_ROWS = 64;
const INITIAL_BYTES = 64 * 1024;
/** Memory that is kept for the next batch, bytes: a burst of key frames must not be paid for ever. */
const MAX_KEPT_BYTES = 1024 * 1024;

/** Collects events until they are taken. */
export class EventBatchWriter {
  #table = new Float64Array(INITIAL_ROWS * COLUMNS);
  #rows = 0;
  #bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #filled = 0;
  #configs: StreamConfig[] = [];
  #reasons: string[] = [];

  get isEmpty(): boolean {
    return this.#rows === 0;
  }

  /** Bytes of samples collected so far. */
  get byteLength(): number {
    return this.#filled;
  }

  add(sourceId: number, event: MediaEvent): void {
    switch (event.type) {
      case 'sample':
        this.#addSample(sourceId, event.sample);
        return;
      case 'config':
        this.#addRow(sourceId, KIND.config, this.#configs.push(event.config) - 1);
        return;
      case 'discontinuity':
        this.#addRow(sourceId, KIND.discontinuity, this.#reasons.push(event.reason) - 1);
        return;
      case 'unchanged':
      case 'relay':
      // Only of sources over HTTP, which are never on a worker.
    }
  }

  /** @param lostPackets the running count of the source. */
  addLost(sourceId: number, lostPackets: number): void {
    this.#addRow(sourceId, KIND.lost, lostPackets);
  }

  /**
   * What was collected, to be posted with `transfer`. Both are exact copies: a buffer that is transferred cannot be used
   * again, and one with room to spare would be kept alive by its samples as a whole.
   */
  take(): { readonly batch: EventBatch; readonly transfer: ArrayBuffer[] } {
    const table = this.#table.slice(0, this.#rows * COLUMNS);
    const bytes = this.#bytes.buffer.slice(0, this.#filled);
    const batch: EventBatch = { table, bytes, configs: this.#configs, reasons: this.#reasons };
    this.#rows = 0;
    this.#filled = 0;
    this.#configs = [];
    this.#reasons = [];
    if (this.#bytes.length > MAX_KEPT_BYTES) this.#bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    return { batch, transfer: [table.buffer, bytes] };
  }

  #addSample(sourceId: number, sample: Sample): void {
    const offset = this.#filled;
    const { data, g711 } = sample;
    this.#makeRoom(data.length + (g711?.length ?? 0));
    data.copy(this.#bytes, offset);
    g711?.copy(this.#bytes, offset + data.length);
    this.#filled += data.length + (g711?.length ?? 0);
    const at = this.#addRow(sourceId, sample.kind === 'video' ? KIND.video : KIND.audio, offset);
    this.#table[at + 3] = data.length;
    this.#table[at + 4] = sample.dts;
    this.#table[at + 5] = sample.pts;
    this.#table[at + 6] = sample.duration;
    this.#table[at + 7] = sample.keyframe ? 1 : 0;
    this.#table[at + 8] = sample.wallMs;
    this.#table[at + 9] = g711?.length ?? 0;
  }

  #addRow(sourceId: number, kind: number, offset: number): number {
    const at = this.#rows++ * COLUMNS;
    if (at + COLUMNS > this.#table.length) {
      const larger = new Float64Array(this.#table.length * 2);
      larger.set(this.#table);
      this.#table = larger;
    }
    this.#table[at] = sourceId;
    this.#table[at + 1] = kind;
    this.#table[at + 2] = offset;
    return at;
  }

  #makeRoom(byteLength: number): void {
    const needed = this.#filled + byteLength;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#filled);
    this.#bytes = larger;
  }
}

export interface EventBatchSink {
  onEvent(sourceId: number, event: MediaEvent): void;
  onLost(sourceId: number, lostPackets: number): void;
}

/** Hands the events of a batch on, in the order in which they were added. Samples are views into the batch. */
export function readEventBatch(batch: EventBatch, sink: EventBatchSink): void {
  const { table, bytes } = batch;
  const configs = batch.configs.map(withBuffers);
  for (let at = 0; at < table.length; at += COLUMNS) {
    const sourceId = numberAt(table, at);
    const kind = numberAt(table, at + 1);
    const offset = numberAt(table, at + 2);
    if (kind === KIND.lost) {
      sink.onLost(sourceId, offset);
    } else if (kind === KIND.config) {
      const config = configs[offset];
      if (config !== undefined) sink.onEvent(sourceId, { type: 'config', config });
    } else if (kind === KIND.discontinuity) {
      sink.onEvent(sourceId, { type: 'discontinuity', reason: batch.reasons[offset] ?? '' });
    } else {
      const length = numberAt(table, at + 3);
      const g711Length = numberAt(table, at + 9);
      sink.onEvent(sourceId, {
        type: 'sample',
        sample: {
          kind: kind === KIND.video ? 'video' : 'audio',
          data: Buffer.from(bytes, offset, length),
          dts: numberAt(table, at + 4),
          pts: numberAt(table, at + 5),
          duration: numberAt(table, at + 6),
          keyframe: table[at + 7] === 1,
          wallMs: numberAt(table, at + 8),
          ...(g711Length === 0 ? {} : { g711: Buffer.from(bytes, offset + length, g711Length) }),
        },
      });
    }
  }
}

function numberAt(table: Float64Array, at: number): number {
  return table[at] ?? 0;
}

/** A structured clone makes a Buffer a plain Uint8Array. */
function withBuffers({ video, audio }: StreamConfig): StreamConfig {
  return {
    video: video && { ...video, decoderConfig: toBuffer(video.decoderConfig) },
    audio: audio && { ...audio, decoderConfig: toBuffer(audio.decoderConfig) },
  };
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
