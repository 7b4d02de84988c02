/**
 * A camera of numbers: days of pictures and sound in seconds of CPU, with a clock of its own that drifts, jumps, wraps and
 * lies, through the timeline and the muxer. It knows when each frame was really taken and really arrived, and keeps
 * the largest error of everything that comes out.
 */
import type { Clock } from '@pantau/base/clock';
import type { AudioFormat } from '../audio/audio-frame.ts';
import { AUDIO, VIDEO } from '../fmp4/testing-configs.ts';
import type { Sample } from '../sample.ts';
import { BlockPool } from './block-pool.ts';
import { DEFAULT_LIMITS } from './engine-limits.ts';
import { LiveMuxer } from './live-muxer.ts';
import { MediaWindow, type MediaSegment } from './media-window.ts';
import { MediaTimeline } from '../timeline/media-timeline.ts';

export interface VirtualCamera {
  readonly hours: number;
  /** Pictures a second, and the length of a sound frame, ms. Default 1 and 1000: coarse, for days. */
  readonly fps?: number;
  readonly soundMs?: number;
  /** How fast the clocks of picture and sound run, parts per million. */
  readonly videoPpm?: number;
  readonly audioPpm?: number;
  /** First RTP timestamps. Default 0. */
  readonly videoStart?: number;
  readonly audioStart?: number;
  /** Sender reports every 5 s; what the camera thinks that the time is, minus the truth, at a moment. Default none are sent. */
  readonly cameraClockErrorMs?: (atMs: number) => number;
  /** What timestamps are off by at a moment, ms. */
  readonly videoJumpMs?: (atMs: number) => number;
  readonly audioJumpMs?: (atMs: number) => number;
  /** How long picture and sound travel, without jitter. Default 60 and 40. */
  readonly videoDelayMs?: number;
  readonly audioDelayMs?: number;
  /** The network's, 0 to this. Default 30. */
  readonly jitterMs?: number;
  /** Whether there is sound at a moment. */
  readonly hasSound?: (atMs: number) => boolean;
  /** Timestamps of pictures as the camera writes them, where it counts in its own way. */
  readonly countVideo?: (frame: number) => number;
  /** Moments about which nothing is demanded: a jump and what heals after it. */
  readonly excuse?: (atMs: number) => boolean;
}

export interface LongRun {
  readonly pictures: number;
  readonly sounds: number;
  readonly segments: number;
  readonly discontinuities: number;
  /** Largest distance in ms between when picture and sound are shown that were taken at one moment. */
  readonly worstSkewMs: number;
  /** Largest error in ms of a sample's wall time, and of EXT-X-PROGRAM-DATE-TIME, against arrival without jitter. */
  readonly worstWallMs: number;
  readonly worstDateMs: number;
  /** Largest distance in ms between a segment's date and the date before plus EXTINF. */
  readonly worstSeamMs: number;
  /** Samples that do not begin after the one before of their track, or have no length. */
  readonly disordered: number;
  /** Sound: holes and overlaps between samples, of any length. */
  readonly soundSeams: number;
  /** Media time minus arrival at the end, less what it was at the start, ms. */
  readonly driftMs: number;
}

const GOP_S = 4;
const SOUND_RATE = 8000;
const REPORT_MS = 5000;
const HOUR_MS = 3_600_000;
/** UTC when the run begins. */
const START_WALL_MS = Date.UTC(2026, 0, 1);
const START_MONOTONIC_MS = 5_000_000;
const SILENCE = Buffer.of(0, 0);
const ACTIVE = { config: VIDEO, knownReorder: 0, frameMbsOnly: true };
const DATA = Buffer.of(1);

/** Plays the camera from beginning to end. */
export function runCamera(camera: VirtualCamera): LongRun {
  const run = new Run(camera);
  run.play();
  return run.result;
}

class Run {
  readonly #camera: VirtualCamera;
  readonly #clock = new StandingClock();
  readonly #muxer: LiveMuxer;
  readonly #timeline: MediaTimeline;
  readonly #frameMs: number;
  readonly #soundMs: number;
  #random = 1;
  /** When the frame under way was taken, ms since the start. */
  #takenMs = 0;
  #videoErrorMs: number | undefined;
  #firstErrorMs: number | undefined;
  #lastVideoDts = -1;
  #soundEnd: number | undefined;
  #before: MediaSegment | undefined;
  /** Real arrival of the first picture of each segment that is not finished, by its wall time. */
  #arrivalOfDate = new Map<number, number>();
  readonly result = {
    pictures: 0,
    sounds: 0,
    segments: 0,
    discontinuities: 0,
    worstSkewMs: 0,
    worstWallMs: 0,
    worstDateMs: 0,
    worstSeamMs: 0,
    disordered: 0,
    soundSeams: 0,
    driftMs: 0,
  };

  constructor(camera: VirtualCamera) {
    this.#camera = camera;
    this.#frameMs = 1000 / (camera.fps ?? 1);
    this.#soundMs = camera.soundMs ?? 1000;
    const sound: AudioFormat = {
      config: { ...AUDIO, timescale: SOUND_RATE, sampleRate: SOUND_RATE },
      frameTicks: (SOUND_RATE * this.#soundMs) / 1000,
      silence: SILENCE,
    };
    this.#timeline = new MediaTimeline({
      videoClockRate: 90_000,
      audio: { clockRate: SOUND_RATE, format: sound },
      onPicture: ({ sample, discontinuity }) => {
        if (discontinuity !== undefined) {
          this.result.discontinuities++;
          this.#muxer.push({ type: 'discontinuity', reason: discontinuity });
        }
        this.#checkPicture(sample);
        this.#muxer.push({ type: 'sample', sample });
      },
      onSound: (sample) => {
        this.#checkSound(sample);
        this.#muxer.push({ type: 'sample', sample });
      },
    });
    const limits = { ...DEFAULT_LIMITS, windowSegments: 6 };
    this.#muxer = new LiveMuxer({
      clock: this.#clock,
      window: new MediaWindow(limits, new BlockPool()),
      limits,
      firstSequence: 1,
      sink: {
        onInit: () => undefined,
        onBreak: () => undefined,
        onFrame: () => undefined,
        wantsFrames: () => false,
        onPart: (_part, finished) => {
          if (finished) this.#checkSegment(finished);
        },
      },
    });
    this.#muxer.push({ type: 'config', config: { video: VIDEO, audio: sound.config } });
  }

  play(): void {
    const { hours, audioPpm = 0, hasSound = () => true } = this.#camera;
    const frames = (hours * HOUR_MS) / this.#frameMs;
    // A frame is full after so many ticks of the camera's clock, not of ours.
    const soundMs = this.#soundMs / (1 + audioPpm / 1e6);
    let sounds = 0;
    for (let frame = 0; frame < frames; frame++) {
      const atMs = frame * this.#frameMs;
      this.#picture(frame, atMs);
      for (; sounds * soundMs <= atMs; sounds++)
        if (hasSound(sounds * soundMs)) this.#sound(sounds * soundMs);
      if (atMs % REPORT_MS === 0 && frame > 0) this.#report(atMs, hasSound(atMs));
    }
  }

  #picture(frame: number, atMs: number): void {
    const { videoDelayMs = 60, countVideo } = this.#camera;
    this.#arrive(atMs, videoDelayMs);
    this.#timeline.pushPicture({
      data: DATA,
      timestamp: countVideo === undefined ? this.#videoTimestamp(atMs) : countVideo(frame) >>> 0,
      keyframe: (frame * this.#frameMs) % (GOP_S * 1000) === 0,
      bidirectional: false,
      afterLoss: false,
      active: ACTIVE,
      arrival: this.#clock.arrival,
    });
  }

  #sound(atMs: number): void {
    this.#arrive(atMs, this.#camera.audioDelayMs ?? 40);
    const timestamp = this.#audioTimestamp(atMs);
    this.#timeline.pushSound({ data: DATA, timestamp, arrival: this.#clock.arrival });
  }

  /** Both tracks report at one moment, the sound first, as cameras do. */
  #report(atMs: number, hasSound: boolean): void {
    const { cameraClockErrorMs } = this.#camera;
    if (cameraClockErrorMs === undefined) return;
    // The clock may be set between the two reports.
    const cameraMs = (momentMs: number) => START_WALL_MS + momentMs + cameraClockErrorMs(momentMs);
    if (hasSound) this.#timeline.onSenderReport('audio', this.#audioTimestamp(atMs), cameraMs(atMs));
    this.#timeline.onSenderReport('video', this.#videoTimestamp(atMs + 2), cameraMs(atMs + 2));
  }

  #videoTimestamp(atMs: number): number {
    const { videoPpm = 0, videoStart = 0, videoJumpMs } = this.#camera;
    const ms = atMs * (1 + videoPpm / 1e6) + (videoJumpMs?.(atMs) ?? 0);
    return (videoStart + Math.round(ms * 90)) >>> 0;
  }

  #audioTimestamp(atMs: number): number {
    const { audioPpm = 0, audioStart = 0, audioJumpMs } = this.#camera;
    const ms = atMs * (1 + audioPpm / 1e6) + (audioJumpMs?.(atMs) ?? 0);
    return (audioStart + Math.round((ms * SOUND_RATE) / 1000)) >>> 0;
  }

  #arrive(atMs: number, delayMs: number): void {
    this.#random = (Math.imul(this.#random, 1_103_515_245) + 12_345) >>> 0;
    const jitterMs = ((this.#random >>> 8) / 2 ** 24) * (this.#camera.jitterMs ?? 30);
    this.#takenMs = atMs;
    this.#clock.elapsedMs = atMs + delayMs + jitterMs;
  }

  #checkPicture(sample: Sample): void {
    const { result } = this;
    result.pictures++;
    if (sample.dts <= this.#lastVideoDts || sample.duration <= 0) result.disordered++;
    this.#lastVideoDts = sample.dts;
    this.#videoErrorMs = sample.pts / 90 - this.#takenMs;
    this.#firstErrorMs ??= this.#videoErrorMs;
    result.driftMs = this.#videoErrorMs - this.#firstErrorMs;
    const arrivalMs = START_WALL_MS + this.#takenMs + (this.#camera.videoDelayMs ?? 60);
    this.#worsen('worstWallMs', sample.wallMs - arrivalMs);
    if (sample.keyframe) this.#arrivalOfDate.set(sample.wallMs, arrivalMs);
  }

  #checkSound(sample: Sample): void {
    const { result } = this;
    result.sounds++;
    if (this.#soundEnd !== undefined && sample.dts !== this.#soundEnd) {
      if (sample.dts < this.#soundEnd) result.disordered++;
      result.soundSeams++;
    }
    this.#soundEnd = sample.dts + sample.duration;
    if (sample.data === SILENCE) return;
    const soundErrorMs = (sample.pts * 1000) / SOUND_RATE - this.#takenMs;
    if (this.#videoErrorMs !== undefined) this.#worsen('worstSkewMs', this.#videoErrorMs - soundErrorMs);
  }

  #checkSegment(segment: MediaSegment): void {
    const { result } = this;
    result.segments++;
    if (segment.durationS <= 0) result.disordered++;
    const arrivalMs = this.#arrivalOfDate.get(segment.programDateTimeMs);
    if (arrivalMs === undefined) throw new Error('a segment that does not begin with a picture of ours');
    this.#worsen('worstDateMs', segment.programDateTimeMs - arrivalMs);
    for (const date of this.#arrivalOfDate.keys()) {
      if (date <= segment.programDateTimeMs) this.#arrivalOfDate.delete(date);
    }
    if (this.#before !== undefined && !segment.discontinuity) {
      const dueMs = this.#before.programDateTimeMs + this.#before.durationS * 1000;
      this.#worsen('worstSeamMs', segment.programDateTimeMs - dueMs);
    }
    this.#before = segment;
  }

  #worsen(what: 'worstSkewMs' | 'worstWallMs' | 'worstDateMs' | 'worstSeamMs', ms: number): void {
    if (this.#camera.excuse?.(this.#takenMs) === true) return;
    this.result[what] = Math.max(this.result[what], Math.abs(ms));
  }
}

/** A clock that stands where it was put. The muxer asks it what time it is and sets no timer. */
class StandingClock implements Clock {
  elapsedMs = 0;

  get arrival(): { readonly wallMs: number; readonly monotonicMs: number } {
    return { wallMs: this.now(), monotonicMs: this.monotonic() };
  }

  now(): number {
    return START_WALL_MS + this.elapsedMs;
  }

  monotonic(): number {
    return START_MONOTONIC_MS + this.elapsedMs;
  }

  setTimer(): never {
    throw new Error('nothing here waits');
  }

  setRepeating(): never {
    throw new Error('nothing here waits');
  }
}
