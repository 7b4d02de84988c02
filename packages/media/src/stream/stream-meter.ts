import type { Sample, StreamConfig, VideoConfig } from '../sample.ts';
import type { AudioFacts, VideoFacts } from './stream-status.ts';

/** A key frame that was seen, with the running counts at that moment. */
interface Mark {
  readonly dts: number;
  readonly frames: number;
  readonly bytes: number;
}

const VIDEO_NAMES: Readonly<Record<VideoConfig['codec'], string>> = {
  h264: 'H.264',
  h265: 'H.265',
  jpeg: 'JPEG',
};

/** Media time over which is measured, seconds, in whole groups of pictures; and the most marks kept. */
const WINDOW_S = 8;
const MAX_MARKS = 64;

/**
 * Measures what a source delivers, over the last whole groups of pictures: frame rate, key frame distance, bitrate.
 * Says nothing until two key frames were seen.
 */
export class StreamMeter {
  #config: StreamConfig | undefined;
  #marks: Mark[] = [];
  #frames = 0;
  #bytes = 0;
  #lastKeyframeMs: number | undefined;
  #hasReordering = false;
  #lastPts = Number.NEGATIVE_INFINITY;

  /** When the last key frame was taken, UTC ms. */
  get lastKeyframeMs(): number | undefined {
    return this.#lastKeyframeMs;
  }

  /** Pictures were decoded in another order than they are shown: B-frames. */
  get hasReordering(): boolean {
    return this.#hasReordering;
  }

  setConfig(config: StreamConfig): void {
    this.#config = config;
    this.restart();
  }

  /** Forgets what was counted: media time broke. */
  restart(): void {
    this.#marks = [];
    this.#frames = 0;
    this.#bytes = 0;
    this.#lastPts = Number.NEGATIVE_INFINITY;
  }

  addSample(sample: Sample): void {
    if (sample.kind === 'video') {
      if (sample.keyframe) this.#mark(sample);
      this.#frames++;
      if (sample.pts < this.#lastPts) this.#hasReordering = true;
      this.#lastPts = sample.pts;
    }
    this.#bytes += sample.data.length;
  }

  get video(): VideoFacts | undefined {
    const video = this.#config?.video;
    if (!video) return undefined;
    const span = this.#span(video.timescale);
    return {
      codec: VIDEO_NAMES[video.codec],
      codecString: video.codecString,
      width: video.width,
      height: video.height,
      fps: span && round(span.frames / span.seconds, 2),
      gopMs: span && Math.round((span.seconds * 1000) / span.groups),
    };
  }

  get audio(): AudioFacts | undefined {
    const audio = this.#config?.audio;
    if (!audio) return undefined;
    return {
      codec: audioName(audio.codecString),
      codecString: audio.codecString,
      sampleRate: audio.sampleRate,
      channels: audio.channels,
    };
  }

  /** Bits per second of all tracks. */
  get bitrate(): number | undefined {
    const span = this.#span(this.#config?.video?.timescale ?? 1);
    return span && Math.round((span.bytes * 8) / span.seconds);
  }

  #mark(sample: Sample): void {
    this.#lastKeyframeMs = sample.wallMs;
    this.#marks.push({ dts: sample.dts, frames: this.#frames, bytes: this.#bytes });
    const timescale = this.#config?.video?.timescale ?? 1;
    while (this.#marks.length > 2) {
      const second = this.#marks[1];
      if (!second || (this.#marks.length <= MAX_MARKS && (sample.dts - second.dts) / timescale < WINDOW_S))
        return;
      this.#marks.shift();
    }
  }

  #span(timescale: number): { seconds: number; frames: number; bytes: number; groups: number } | undefined {
    const first = this.#marks[0];
    const last = this.#marks.at(-1);
    if (!first || !last || last.dts <= first.dts) return undefined;
    return {
      seconds: (last.dts - first.dts) / timescale,
      frames: last.frames - first.frames,
      bytes: last.bytes - first.bytes,
      groups: this.#marks.length - 1,
    };
  }
}

function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

/** Name of the codec; for AAC, of the audio object type in `mp4a.40.<type>` (ISO 14496-3 table 1.17). */
function audioName(codecString: string): string {
  const names: Readonly<Record<string, string>> = {
    'mp4a.40.2': 'AAC-LC',
    'mp4a.40.5': 'HE-AAC',
    'mp4a.40.29': 'HE-AAC v2',
    'mp4a.40.1': 'AAC Main',
    fLaC: 'FLAC',
    Opus: 'Opus',
  };
  return names[codecString] ?? 'AAC';
}
