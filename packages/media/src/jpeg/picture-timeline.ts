/**
 * JPEG pictures of an HTTP source to the engine's events. HTTP carries no time of taking, so a picture is dated by its arrival;
 * each is a key frame.
 */
import type { Clock } from '@pantau/base/clock';
import { VIDEO_TIMESCALE, type MediaEvent, type VideoConfig } from '../sample.ts';
import { readJpegSize, type PictureSize } from './jpeg-header.ts';

const TICKS_PER_MS = VIDEO_TIMESCALE / 1000;
/** Assumed until two pictures were there, ms. */
const FIRST_DURATION_MS = 1000;

export interface PictureTimelineOptions {
  readonly clock: Clock;
  readonly onEvent: (event: MediaEvent) => void;
  /** Something was wrong with the bytes: for counting. */
  readonly onTrouble: (message: string) => void;
}

export class PictureTimeline {
  readonly #options: PictureTimelineOptions;
  readonly #originMs: number;
  #config: VideoConfig | undefined;
  #lastDts: number | undefined;
  #isClosed = false;

  constructor(options: PictureTimelineOptions) {
    this.#options = options;
    this.#originMs = options.clock.monotonic();
  }

  /** Takes a whole picture, which belongs to the timeline from now on. */
  push(picture: Buffer): void {
    if (this.#isClosed) return;
    const { clock, onEvent, onTrouble } = this.#options;
    const size = readJpegSize(picture);
    if (size === undefined) {
      onTrouble('a picture is no JPEG that can be shown');
      return;
    }
    if (size.width !== this.#config?.width || size.height !== this.#config.height) {
      this.#config = jpegConfig(size);
      onEvent({ type: 'config', config: { video: this.#config, audio: undefined } });
    }
    const nowTicks = Math.round((clock.monotonic() - this.#originMs) * TICKS_PER_MS);
    const last = this.#lastDts;
    const dts = last === undefined ? nowTicks : Math.max(nowTicks, last + 1);
    this.#lastDts = dts;
    onEvent({
      type: 'sample',
      sample: {
        kind: 'video',
        data: picture,
        dts,
        pts: dts,
        duration: last === undefined ? FIRST_DURATION_MS * TICKS_PER_MS : dts - last,
        keyframe: true,
        wallMs: clock.now(),
      },
    });
  }

  /** Nothing is emitted any more. */
  close(): void {
    this.#isClosed = true;
  }
}

/** The configuration of a track of JPEG pictures. */
export function jpegConfig({ width, height }: PictureSize): VideoConfig {
  return {
    kind: 'video',
    codec: 'jpeg',
    codecString: 'jpeg',
    timescale: VIDEO_TIMESCALE,
    width,
    height,
    sampleAspectRatio: [1, 1],
    announcedFps: undefined,
    maxReorder: 0,
    decoderConfig: Buffer.alloc(0),
  };
}
