/**
 * Dates the frames of an audio track. Frames have one length, so as long as timestamps roughly agree each begins where the
 * one before it ended, to the tick: rounding and jitter of cheap clocks never become clicks. When they disagree by more
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
  readonly #onSample: (sample: Sample) => void;
  readonly #frameTicks: number;
  readonly #ticksPerMs: number;
  readonly #toleranceTicks: number;
  readonly #silence: Buffer | undefined;
  #end: number | undefined;
  #lastWallMs = 0;

  constructor(clock: TrackClock, wall: WallClock, format: AudioFormat, onSample: (sample: Sample) => void) {
    this.#clock = clock;
    this.#wall = wall;
    this.#onSample = onSample;
    this.#frameTicks = format.frameTicks;
    this.#ticksPerMs = format.config.timescale / 1000;
    this.#toleranceTicks = Math.max(format.frameTicks, TOLERANCE_MS * this.#ticksPerMs);
    this.#silence = format.silence;
  }

  /** Learns from a frame that is not wanted yet. */
  observe(frame: AudioFrame): void {
    this.#clock.observe(frame.timestamp, frame.arrival.monotonicMs);
  }

  /** Takes the next frame. */
  push(frame: AudioFrame): void {
    const { ticks } = this.#clock.place(frame.timestamp, frame.arrival.monotonicMs);
    const expected = this.#end;
    if (expected === undefined) {
      this.#emit(frame.data, Math.max(0, ticks));
      return;
    }
    const lead = ticks - expected;
    if (lead < -this.#toleranceTicks) return; // its time is taken
    if (lead > this.#toleranceTicks) this.#fill(expected, ticks);
    const isHole = lead > this.#toleranceTicks && this.#end === expected;
    this.#emit(frame.data, isHole ? ticks : (this.#end ?? ticks));
  }

  /** Puts whole frames of silence between `from` and `to`, when that is possible and makes sense. */
  #fill(from: number, to: number): void {
    if (this.#silence === undefined || to - from > MAX_FILLED_MS * this.#ticksPerMs) return;
    const count = Math.round((to - from) / this.#frameTicks);
    for (let index = 0; index < count; index++) this.#emit(this.#silence, from + index * this.#frameTicks);
  }

  #emit(data: Buffer, dts: number): void {
    this.#end = dts + this.#frameTicks;
    this.#lastWallMs = Math.max(this.#lastWallMs, this.#wall.findWallMs(dts / this.#ticksPerMs) ?? 0);
    this.#onSample({
      kind: 'audio',
      data,
      dts,
      pts: dts,
      duration: this.#frameTicks,
      keyframe: true,
      wallMs: this.#lastWallMs,
    });
  }
}
