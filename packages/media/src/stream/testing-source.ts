/** A source for tests that is driven by hand: it emits what it is told, and can be made to fail. */
import { MediaError, type MediaErrorCode } from '../media-error.ts';
import { AUDIO, VIDEO } from '../fmp4/testing-configs.ts';
import type { ProbeTrack } from '../probe-report.ts';
import type { MediaEvent, Sample, StreamConfig } from '../sample.ts';
import type { MediaSource, OpenSource, OpenSourceOptions } from '../source.ts';

export const VIDEO_ONLY: StreamConfig = { video: VIDEO, audio: undefined };
export const VIDEO_AND_AUDIO: StreamConfig = { video: VIDEO, audio: AUDIO };

const TRACKS: readonly ProbeTrack[] = [
  { kind: 'video', encoding: 'H264', clockRate: 90_000, supported: true },
];

/** An open source in the hands of a test. */
export class TestSource implements MediaSource {
  readonly server = 'test';
  readonly tracks = TRACKS;
  readonly ended: Promise<void>;
  readonly options: OpenSourceOptions;
  lostPackets = 0;
  isClosed = false;
  keyframeRequests = 0;
  readonly #ended = Promise.withResolvers<void>();

  constructor(options: OpenSourceOptions) {
    this.options = options;
    this.ended = this.#ended.promise;
    this.ended.catch(() => undefined);
  }

  emit(...events: readonly MediaEvent[]): void {
    for (const event of events) this.options.onEvent(event);
  }

  fail(code: MediaErrorCode): void {
    this.#ended.reject(new MediaError(code, 'the test says so'));
  }

  requestKeyframe(): void {
    this.keyframeRequests++;
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.#ended.resolve();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Opens `TestSource`s and keeps them; `failWith` makes the next openings fail. */
export class TestSources {
  readonly opened: TestSource[] = [];
  attempts = 0;
  failWith: MediaErrorCode | undefined;
  /** When set, opening never finishes. */
  hangs = false;

  readonly open: OpenSource = (options) => {
    this.attempts++;
    if (this.hangs) return new Promise<MediaSource>(() => undefined);
    if (this.failWith) return Promise.reject(new MediaError(this.failWith, 'the test says so'));
    const source = new TestSource(options);
    this.opened.push(source);
    return Promise.resolve(source);
  };

  /** The source opened last. @throws Error when there is none. */
  get last(): TestSource {
    const source = this.opened.at(-1);
    if (!source) throw new Error('no source was opened');
    return source;
  }
}

export interface FeedOptions {
  readonly fps?: number;
  /** Frames from key frame to key frame. */
  readonly gop?: number;
  readonly keyframeBytes?: number;
  readonly frameBytes?: number;
  /** AAC frames go along. */
  readonly audio?: boolean;
  readonly startWallMs?: number;
}

/** Makes the samples of an endless clip, frame by frame. */
export class SampleFeed {
  readonly #options: Required<FeedOptions>;
  #frame = 0;
  #audioFrame = 0;

  constructor(options: FeedOptions = {}) {
    this.#options = {
      fps: 25,
      gop: 50,
      keyframeBytes: 2000,
      frameBytes: 500,
      audio: false,
      startWallMs: Date.UTC(2026, 0, 1),
      ...options,
    };
  }

  /** The next video frame, and the audio frames that begin before its end. */
  next(): MediaEvent[] {
    const { fps, gop, keyframeBytes, frameBytes, audio, startWallMs } = this.#options;
    const duration = VIDEO.timescale / fps;
    const dts = VIDEO.timescale + this.#frame * duration;
    const keyframe = this.#frame % gop === 0;
    const samples: Sample[] = [
      {
        kind: 'video',
        data: Buffer.alloc(keyframe ? keyframeBytes : frameBytes, this.#frame % 256),
        dts,
        pts: dts,
        duration,
        keyframe,
        wallMs: startWallMs + (this.#frame * 1000) / fps,
      },
    ];
    this.#frame++;
    while (audio && this.#audioFrame * 1024 < (this.#frame * AUDIO.timescale) / fps) {
      const audioDts = AUDIO.timescale + this.#audioFrame * 1024;
      const wallMs = startWallMs + (this.#audioFrame * 1024_000) / AUDIO.timescale;
      samples.push({
        kind: 'audio',
        data: Buffer.alloc(100),
        dts: audioDts,
        pts: audioDts,
        duration: 1024,
        keyframe: true,
        wallMs,
      });
      this.#audioFrame++;
    }
    return samples.map((sample) => ({ type: 'sample', sample }));
  }

  take(frames: number): MediaEvent[] {
    return Array.from({ length: frames }, () => this.next()).flat();
  }
}
