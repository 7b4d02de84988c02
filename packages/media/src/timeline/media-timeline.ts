/**
 * The timeline of a source: dates pictures and sound on one scale and keeps them together. See `track-clock.ts` for the
 * scale, `video-timeline.ts`, `audio-timeline.ts` and `lip-sync.ts` for what happens to each track.
 */
import type { AudioFormat, AudioFrame } from '../audio/audio-frame.ts';
import type { AccessUnit } from '../video/access-unit.ts';
import { VIDEO_TIMESCALE, type AudioConfig, type Sample } from '../sample.ts';
import { AudioTimeline } from './audio-timeline.ts';
import { LipSync } from './lip-sync.ts';
import { TrackClock } from './track-clock.ts';
import { VideoTimeline, type TimedPicture } from './video-timeline.ts';
import { WallClock } from './wall-clock.ts';

export interface MediaTimelineOptions {
  /** RTP ticks per second of the video track. */
  readonly videoClockRate: number;
  /** The audio track, when there is one that can be carried; without a format, its frames say what they are. */
  readonly audio: { readonly clockRate: number; readonly format: AudioFormat | undefined } | undefined;
  readonly onPicture: (picture: TimedPicture) => void;
  /** Sound from the first picture on, and what it is. */
  readonly onSound: (sample: Sample, config: AudioConfig) => void;
}

/** A frame in the loop over which lip sync may spread its correction, ms at most: a gap is no licence for a leap. */
const MAX_STEP_MS = 1000;

export class MediaTimeline {
  readonly #videoClock: TrackClock;
  readonly #video: VideoTimeline;
  readonly #wall = new WallClock();
  readonly #audioClock: TrackClock | undefined;
  readonly #lipSync: LipSync | undefined;
  readonly #onPicture: (picture: TimedPicture) => void;
  readonly #onSound: MediaTimelineOptions['onSound'];
  /** What the camera's description says of the sound. */
  readonly #announced: AudioFormat | undefined;
  #audio: { readonly format: AudioFormat; readonly timeline: AudioTimeline } | undefined;
  #lastDts: number | undefined;

  constructor(options: MediaTimelineOptions) {
    this.#onPicture = options.onPicture;
    this.#onSound = options.onSound;
    const { audio } = options;
    const findAudioLead = () => this.#audioClock?.leadMs;
    this.#videoClock = new TrackClock(options.videoClockRate, VIDEO_TIMESCALE, findAudioLead);
    this.#video = new VideoTimeline(this.#videoClock, this.#wall, (picture) => this.#passPicture(picture));
    if (audio === undefined) return;
    const timescale = audio.format?.config.timescale ?? audio.clockRate;
    this.#announced = audio.format;
    this.#audioClock = new TrackClock(audio.clockRate, timescale, () => this.#videoClock.leadMs);
    this.#lipSync = new LipSync(this.#videoClock, this.#audioClock);
  }

  /** Takes the next picture; the first must be a key frame. */
  pushPicture(unit: AccessUnit): void {
    this.#video.push(unit);
  }

  /** Takes the next frame of sound. Before the first picture it only tells where the track stands. */
  pushSound(frame: AudioFrame): void {
    const format = frame.format ?? this.#announced;
    if (this.#audioClock === undefined || format === undefined) return;
    if (this.#lastDts === undefined) {
      this.#audioClock.observe(frame.timestamp, frame.arrival.monotonicMs);
      return;
    }
    if (this.#audio?.format !== format) this.#audio = this.#openAudio(this.#audioClock, format);
    this.#audio.timeline.push(frame);
  }

  /** Takes an RTCP sender report: `cameraMs` is the camera's time of `timestamp`. */
  onSenderReport(kind: 'video' | 'audio', timestamp: number, cameraMs: number): void {
    const clock = kind === 'video' ? this.#videoClock : this.#audioClock;
    const other = kind === 'video' ? this.#audioClock : this.#videoClock;
    if (clock?.onSenderReport(timestamp, cameraMs) === true) other?.forgetReports();
  }

  /** Sound of another format goes on where the track stands. */
  #openAudio(clock: TrackClock, format: AudioFormat): { format: AudioFormat; timeline: AudioTimeline } {
    clock.timescale = format.config.timescale;
    const onSample = (sample: Sample) => this.#onSound(sample, format.config);
    return { format, timeline: new AudioTimeline(clock, this.#wall, format, onSample) };
  }

  #passPicture(picture: TimedPicture): void {
    const { dts } = picture.sample;
    const elapsedMs = ((dts - (this.#lastDts ?? dts)) * 1000) / VIDEO_TIMESCALE;
    this.#lastDts = dts;
    this.#lipSync?.correct(Math.min(elapsedMs, MAX_STEP_MS));
    this.#onPicture(picture);
  }
}
