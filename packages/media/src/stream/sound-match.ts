/**
 * Gives the sub stream the track set of the main stream. A browser's SourceBuffer keeps the number of tracks it began with
 * (Media Source Extensions 3.5.8), so between a picture with sound and one without nobody could switch.
 *
 *   main silent, sub with sound    the sub's sound is left out
 *   main with sound, sub silent    the sub gets silence: AAC frames of four to six bytes
 *   main never seen                the sub goes as it is
 *
 * Another codec of sound is no obstacle: an init segment may change it.
 */
import { encodeLowComplexityConfig } from '../aac/audio-specific-config.ts';
import { findSilentFrame } from '../aac/silent-frame.ts';
import {
  VIDEO_TIMESCALE,
  type AudioConfig,
  type MediaEvent,
  type Sample,
  type StreamConfig,
} from '../sample.ts';

const FRAME_TICKS = 1024;
const SILENT_RATE = 48_000;
/** Silence that is made for one picture, seconds at most: a hole in the pictures is none in the file. */
const MAX_FILL_S = 1;

export class SoundMatch {
  readonly #readMain: () => StreamConfig | undefined;
  #isDropping = false;
  #silence: { readonly config: AudioConfig; readonly frame: Buffer } | undefined;
  #nextDts: number | undefined;

  /** @param readMain what the main stream is, as far as it was ever seen. */
  constructor(readMain: () => StreamConfig | undefined) {
    this.#readMain = readMain;
  }

  /** What the sub stream is to emit for `event`, in order. */
  match(event: MediaEvent): readonly MediaEvent[] {
    switch (event.type) {
      case 'config':
        return [{ type: 'config', config: this.#follow(event.config) }];
      case 'discontinuity':
        this.#nextDts = undefined;
        return [event];
      case 'sample':
        if (event.sample.kind === 'video') return [event, ...this.#fill(event.sample)];
        return this.#isDropping ? [] : [event];
      case 'unchanged':
      case 'relay':
        return [event];
    }
  }

  #follow(config: StreamConfig): StreamConfig {
    const main = this.#readMain();
    this.#isDropping = main !== undefined && main.audio === undefined;
    this.#silence =
      main?.audio === undefined || config.audio !== undefined || config.video === undefined
        ? undefined
        : makeSilence(main.audio);
    this.#nextDts = undefined;
    if (this.#isDropping) return { ...config, audio: undefined };
    return this.#silence ? { ...config, audio: this.#silence.config } : config;
  }

  /** Silence up to the end of a picture. */
  #fill(picture: Sample): MediaEvent[] {
    const silence = this.#silence;
    if (!silence) return [];
    const { timescale } = silence.config;
    const startDts = Math.round((picture.dts / VIDEO_TIMESCALE) * timescale);
    const endDts = startDts + Math.round((picture.duration / VIDEO_TIMESCALE) * timescale);
    let dts = this.#nextDts ?? startDts;
    if (dts < endDts - MAX_FILL_S * timescale) dts = startDts;
    const events: MediaEvent[] = [];
    for (; dts < endDts; dts += FRAME_TICKS) {
      events.push({
        type: 'sample',
        sample: {
          kind: 'audio',
          data: silence.frame,
          dts,
          pts: dts,
          duration: FRAME_TICKS,
          keyframe: true,
          wallMs: picture.wallMs,
        },
      });
    }
    this.#nextDts = dts;
    return events;
  }
}

/** A silent track like the main's where that is AAC-LC in mono or stereo, else 48 kHz mono. */
function makeSilence(like: AudioConfig): { config: AudioConfig; frame: Buffer } | undefined {
  const own = findSilentFrame(like.codecString, like.channels);
  if (own) return { config: like, frame: own };
  const decoderConfig = encodeLowComplexityConfig(SILENT_RATE, 1);
  const frame = findSilentFrame('mp4a.40.2', 1);
  if (!decoderConfig || !frame) return undefined;
  const config: AudioConfig = {
    kind: 'audio',
    codec: 'aac',
    codecString: 'mp4a.40.2',
    timescale: SILENT_RATE,
    sampleRate: SILENT_RATE,
    channels: 1,
    decoderConfig,
  };
  return { config, frame };
}
