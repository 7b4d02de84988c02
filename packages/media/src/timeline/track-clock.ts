/**
 * Places the RTP timestamps of one track on the media timeline that all tracks of a source share.
 *
 * The media timeline is the process's monotonic clock plus ten seconds: it starts well above zero (decode times are
 * unsigned), both tracks find it without knowing each other, and a source that is opened again goes on later than
 * before. A track's place on it is its earliest arrival so far: arrival is never early, only late.
 *
 *   media time = timestamp time + offset        offset = min(arrival + 10 s − timestamp time)
 *
 * From the first sample on the offset is fixed, except for small steps on purpose (`shift`) and for a new anchor when
 * the timestamps jump. Timestamps that prove useless (see `rate-check.ts`) are replaced by smoothed arrival times.
 */
import { TimestampUnwrapper } from '../rtp/timestamp-unwrapper.ts';
import { RateCheck } from './rate-check.ts';
import { SlidingMinimum } from './sliding-minimum.ts';

/** Where the media timeline stands when the monotonic clock stands at zero, ms. */
export const MEDIA_ORIGIN_MS = 10_000;
/** A step back by more than this is a jump; less may be B-frames. */
const JUMP_BACK_MS = 2000;
/** Running ahead of arrival by more than this in one step is a jump; less may be a burst after a gap. */
const JUMP_AHEAD_MS = 3000;
/** Two sender reports agree when camera time and timestamps moved alike, within this. */
const REPORT_AGREEMENT_MS = 50;
/** Smoothing of arrival times, per frame. */
const ARRIVAL_PULL = 0.1;
const ARRIVAL_RESET_MS = 1000;

/** A place on the media timeline. */
export interface Placement {
  /** Media time in track ticks. */
  readonly ticks: number;
  /** The track was anchored anew: the distance to the frame before it is a guess by arrival. */
  readonly jumped: boolean;
}

export class TrackClock {
  readonly #ticksPerMs: number;
  readonly #rtpToMs: number;
  readonly #unwrapper = new TimestampUnwrapper();
  readonly #rate = new RateCheck();
  readonly #earliest = new SlidingMinimum();
  #offsetMs: number | undefined;
  #last: { readonly timestamp: number; readonly timeMs: number; readonly arrivalMs: number } | undefined;
  #report: { readonly offsetMs: number; readonly agreed: boolean } | undefined;
  /** Media time of the last frame placed by arrival, and the usual distance; set once timestamps are useless. */
  #byArrival: { mediaMs: number; frameMs: number } | undefined;

  /**
   * @param clockRate RTP ticks per second.
   * @param timescale ticks per second of the samples.
   */
  constructor(clockRate: number, timescale: number) {
    this.#rtpToMs = 1000 / clockRate;
    this.#ticksPerMs = timescale / 1000;
  }

  /** Media time minus timestamp time, ms; undefined before the first `place`. */
  get offsetMs(): number | undefined {
    return this.#offsetMs;
  }

  /** True when arrival times stand in for timestamps. */
  get usesArrival(): boolean {
    return this.#byArrival !== undefined;
  }

  /** The offset that arrival suggests now: the smallest of the last seconds, ms. */
  get earliestOffsetMs(): number | undefined {
    return this.#earliest.value;
  }

  /** Camera time minus timestamp time, ms, once two sender reports in a row agreed. */
  get reportOffsetMs(): number | undefined {
    return this.#report?.agreed === true ? this.#report.offsetMs : undefined;
  }

  /** Learns from a frame that is not going to be a sample (before the first key frame). */
  observe(timestamp: number, arrivalMs: number): void {
    this.#advance(timestamp, arrivalMs);
  }

  /** Places the next frame in decode order. @param arrivalMs monotonic */
  place(timestamp: number, arrivalMs: number): Placement {
    const previousMs = this.#last === undefined ? undefined : this.#last.timeMs + (this.#offsetMs ?? 0);
    const { timeMs, jumped } = this.#advance(timestamp, arrivalMs);
    if (this.#byArrival !== undefined) return this.#placeByArrival(this.#byArrival, arrivalMs);
    if (this.#offsetMs === undefined) {
      this.#offsetMs = this.#earliest.value ?? 0;
    } else if (jumped) {
      const mediaMs = Math.max(arrivalMs + MEDIA_ORIGIN_MS, (previousMs ?? 0) + 1);
      this.#offsetMs = mediaMs - timeMs;
    }
    return { ticks: this.#toTicks(timeMs + this.#offsetMs), jumped };
  }

  /** Moves the track on the media timeline, from the next frame on. */
  shift(byMs: number): void {
    if (this.#offsetMs !== undefined) this.#offsetMs += byMs;
  }

  /** Takes a sender report: camera time of a timestamp. */
  onSenderReport(timestamp: number, cameraMs: number): void {
    if (this.#last === undefined) return;
    const timeMs = this.#last.timeMs + ((timestamp - this.#last.timestamp) | 0) * this.#rtpToMs;
    const offsetMs = cameraMs - timeMs;
    const before = this.#report?.offsetMs;
    const agreed = before !== undefined && Math.abs(offsetMs - before) <= REPORT_AGREEMENT_MS;
    this.#report = { offsetMs, agreed };
  }

  #advance(timestamp: number, arrivalMs: number): { readonly timeMs: number; readonly jumped: boolean } {
    const timeMs = this.#unwrapper.unwrap(timestamp) * this.#rtpToMs;
    const jumped = this.#isJump(timeMs, arrivalMs);
    if (jumped) {
      this.#earliest.reset();
      this.#rate.restart();
      this.#report = undefined;
    }
    this.#earliest.add(arrivalMs + MEDIA_ORIGIN_MS - timeMs, arrivalMs);
    if (this.#rate.add(timeMs, arrivalMs) && this.#byArrival === undefined) {
      this.#byArrival = { mediaMs: (this.#last?.timeMs ?? timeMs) + (this.#offsetMs ?? 0), frameMs: 0 };
    }
    if (this.#byArrival !== undefined && this.#last !== undefined) {
      this.#byArrival.frameMs += (arrivalMs - this.#last.arrivalMs - this.#byArrival.frameMs) * ARRIVAL_PULL;
    }
    this.#last = { timestamp, timeMs, arrivalMs };
    return { timeMs, jumped };
  }

  #isJump(timeMs: number, arrivalMs: number): boolean {
    if (this.#last === undefined) return false;
    const stepMs = timeMs - this.#last.timeMs;
    return stepMs < -JUMP_BACK_MS || stepMs - (arrivalMs - this.#last.arrivalMs) > JUMP_AHEAD_MS;
  }

  #placeByArrival(state: { mediaMs: number; frameMs: number }, arrivalMs: number): Placement {
    const target = arrivalMs + MEDIA_ORIGIN_MS;
    const expected = state.mediaMs + state.frameMs;
    const isFar = Math.abs(target - expected) > ARRIVAL_RESET_MS;
    const mediaMs = isFar ? target : expected + (target - expected) * ARRIVAL_PULL;
    const jumped = isFar || this.#offsetMs === undefined;
    state.mediaMs = Math.max(mediaMs, state.mediaMs + 1);
    this.#offsetMs ??= 0;
    return { ticks: this.#toTicks(state.mediaMs), jumped };
  }

  #toTicks(mediaMs: number): number {
    return Math.round(mediaMs * this.#ticksPerMs);
  }
}
