/**
 * Dates the frames of an audio track. As long as timestamps roughly agree, each frame begins where the one before it
 * ended, to the tick: rounding and jitter of cheap clocks never become clicks. When they disagree by more
 * than a frame, a hole is filled with silence (browsers stop the picture where sound is missing) or a frame is left out.
 */
import type { AudioFormat, AudioFrame } from '../audio/audio-frame.ts';
import type { Sample } from '../sample.ts';
import type { TrackClock } from './track-clock.ts';
import type { WallClock } from './wall-clock.ts';

/** Disagreement that is jitter, unless a frame is longer. */
const TOLERANCE_MS = 60;
/** A hole up to this is filled; a longer one is a microphone that was off. */
const MAX_FILLED_MS = 2000;

export class AudioTimeline {
  readonly #clock: TrackClock;
  readonly #wall: WallClock;
  readonly #format: AudioFormat;
  readonly #onSample: (sample: Sample) => void;
  readonly #ticksPerMs: number;
  #end: number | undefined;
  #lastWallMs = 0;

  constructor(clock: TrackClock, wall: WallClock, format: AudioFormat, onSample: (sample: Sample) => void) {
    this.#clock = clock;
    this.#wall = wall;
    this.#format = format;
    this.#onSample = onSample;
    this.#ticksPerMs = format.config.timescale / 1000;
  }

  /** Takes the next frame. */
  push(frame: AudioFrame): void {
    const { ticks, jumped } = this.#clock.place(frame.timestamp, frame.arrival.monotonicMs);
    const length = frame.ticks ?? this.#format.frameTicks;
    const expected = this.#end;
    if (expected === undefined) {
      this.#emit(frame.data, Math.max(0, ticks), length, frame.g711);
      return;
    }
    const tolerance = Math.max(length, TOLERANCE_MS * this.#ticksPerMs);
    const lead = ticks - expected;
    if (lead < -tolerance) return; // its time is taken
    // A new anchor is a guess; sound that goes on without a seam stands better.
    if (jumped && Math.abs(lead) <= tolerance) this.#clock.shift(-lead / this.#ticksPerMs);
    if (lead > tolerance) this.#fill(expected, ticks);
    const isHole = lead > tolerance && this.#end === expected;
    this.#emit(frame.data, isHole ? ticks : (this.#end ?? ticks), length, frame.g711);
  }

  /** Puts whole frames of silence between `from` and `to`, when that is possible and makes sense. */
  #fill(from: number, to: number): void {
    const { silence, frameTicks } = this.#format;
    if (silence === undefined || to - from > MAX_FILLED_MS * this.#ticksPerMs) return;
    const count = Math.round((to - from) / frameTicks);
    for (let index = 0; index < count; index++) this.#emit(silence, from + index * frameTicks, frameTicks);
  }

  #emit(data: Buffer, dts: number, duration: number, g711?: Buffer): void {
    this.#end = dts + duration;
    this.#lastWallMs = Math.max(this.#lastWallMs, this.#wall.findWallMs(dts / this.#ticksPerMs) ?? 0);
    this.#onSample({
      kind: 'audio',
      data,
      dts,
      pts: dts,
      duration,
      keyframe: true,
      wallMs: this.#lastWallMs,
      ...(g711 === undefined ? {} : { g711 }),
    });
  }
}
