/**
 * The timeline of a source: dates pictures and sound on one scale and keeps them together. See `track-clock.ts` for the
 * scale, `video-timeline.ts`, `audio-timeline.ts` and `lip-sync.ts` for what happens to each track.
 */
import type { AudioFormat, AudioFrame } from '../audio/audio-frame.ts';
import type { AccessUnit } from '../video/access-unit.ts';
import { VIDEO_TIMESCALE, type Sample } from '../sample.ts';
import { AudioTimeline } from './audio-timeline.ts';
import { LipSync } from './lip-sync.ts';
import { TrackClock } from './track-clock.ts';
import { VideoTimeline, type TimedPicture } from './video-timeline.ts';
import { WallClock } from './wall-clock.ts';

export interface MediaTimelineOptions {
  /** RTP ticks per second of the video track. */
  readonly videoClockRate: number;
  /** The audio track, when there is one that can be carried. */
  readonly audio: { readonly clockRate: number; readonly format: AudioFormat } | undefined;
  readonly onPicture: (picture: TimedPicture) => void;
  /** Sound from the first picture on. */
  readonly onSound: (sample: Sample) => void;
}

/** A frame in the loop over which lip sync may spread its correction, ms at most: a gap is no licence for a leap. */
const MAX_STEP_MS = 1000;

export class MediaTimeline {
  readonly #videoClock: TrackClock;
  readonly #video: VideoTimeline;
  readonly #audioClock: TrackClock | undefined;
  readonly #audio: AudioTimeline | undefined;
  readonly #lipSync: LipSync | undefined;
  readonly #onPicture: (picture: TimedPicture) => void;
  #lastDts: number | undefined;

  constructor(options: MediaTimelineOptions) {
    const wall = new WallClock();
    this.#onPicture = options.onPicture;
    this.#videoClock = new TrackClock(options.videoClockRate, VIDEO_TIMESCALE);
    this.#video = new VideoTimeline(this.#videoClock, wall, (picture) => this.#passPicture(picture));
    if (options.audio === undefined) return;
    const { clockRate, format } = options.audio;
    this.#audioClock = new TrackClock(clockRate, format.config.timescale);
    this.#audio = new AudioTimeline(this.#audioClock, wall, format, options.onSound);
    this.#lipSync = new LipSync(this.#videoClock, this.#audioClock);
  }

  /** Takes the next picture; the first must be a key frame. */
  pushPicture(unit: AccessUnit): void {
    this.#video.push(unit);
  }

  /** Takes the next frame of sound. Before the first picture it only tells where the track stands. */
  pushSound(frame: AudioFrame): void {
    if (this.#lastDts === undefined) this.#audio?.observe(frame);
    else this.#audio?.push(frame);
  }

  /** Takes an RTCP sender report: `cameraMs` is the camera's time of `timestamp`. */
  onSenderReport(kind: 'video' | 'audio', timestamp: number, cameraMs: number): void {
    const clock = kind === 'video' ? this.#videoClock : this.#audioClock;
    clock?.onSenderReport(timestamp, cameraMs);
  }

  #passPicture(picture: TimedPicture): void {
    const { dts } = picture.sample;
    const elapsedMs = ((dts - (this.#lastDts ?? dts)) * 1000) / VIDEO_TIMESCALE;
    this.#lastDts = dts;
    this.#lipSync?.correct(Math.min(elapsedMs, MAX_STEP_MS));
    this.#onPicture(picture);
  }
}
