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
 * the timestamps jump. The camera's clock is not ours, so over hours media time leaves arrival behind, by seconds a day.
 * That distance is the track's lead. Tracks that belong together have one lead, so an anchor that is made later (a jump, a
 * sound that begins) takes over the other track's. Timestamps that prove useless (see `rate-check.ts`) are replaced by smoothed
 * arrival times, with the same lead.
 */
import { TimestampUnwrapper } from '../rtp/timestamp-unwrapper.ts';
import { RateCheck } from './rate-check.ts';
import { SlidingMinimum } from './sliding-minimum.ts';

/** Where the media timeline stands when the monotonic clock stands at zero, ms. */
export const MEDIA_ORIGIN_MS = 10_000;
/** A step back by more than this is a jump, also where B-frames may go back. */
const REORDERED_JUMP_MS = 1000;
/** A step by more than this, and than some frames, is a jump: back, or ahead of what passed to earlier than anything arrived. */
const JUMP_MS = 400;
const JUMP_FRAMES = 4;
/** Two sender reports agree when camera time and timestamps moved alike, within this. */
const REPORT_AGREEMENT_MS = 50;
/** Share of a report that agrees in what is believed: reports are stamped by busy cameras. */
const REPORT_PULL = 0.25;
/** Older reports say nothing about now. */
const REPORT_VALID_MS = 60_000;
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

/** What sender reports say: camera time minus timestamp time. */
interface Report {
  readonly offsetMs: number;
  /** It agrees with the one before. */
  readonly agreed: boolean;
  /** When it came, monotonic. */
  readonly atMs: number;
}

export class TrackClock {
  readonly #rtpToMs: number;
  readonly #unwrapper = new TimestampUnwrapper();
  readonly #rate = new RateCheck();
  readonly #earliest = new SlidingMinimum();
  readonly #findLead: () => number | undefined;
  #ticksPerMs: number;
  #offsetMs: number | undefined;
  #last: { readonly timestamp: number; readonly timeMs: number; readonly arrivalMs: number } | undefined;
  /** Usual distance of frames, by arrival and by timestamp. */
  #frameMs = 0;
  #stepMs = 0;
  #report: Report | undefined;
  /** Media time of the last frame placed by arrival, and the lead it keeps; set once timestamps are useless. */
  #byArrival: { mediaMs: number; leadMs: number } | undefined;

  /**
   * @param clockRate RTP ticks per second.
   * @param timescale ticks per second of the samples.
   * @param findLead the lead of the track that this one must match, when it has one.
   */
  constructor(clockRate: number, timescale: number, findLead: () => number | undefined = () => undefined) {
    this.#rtpToMs = 1000 / clockRate;
    this.#ticksPerMs = timescale / 1000;
    this.#findLead = findLead;
  }

  /** Places are given in so many ticks per second from now on. */
  set timescale(timescale: number) {
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

  /** How far media time is ahead of where the arrival of the last seconds would put it, ms; undefined before the first `place`. */
  get leadMs(): number | undefined {
    if (this.#byArrival !== undefined) return this.#byArrival.leadMs;
    const earliest = this.#earliest.value;
    return this.#offsetMs === undefined || earliest === undefined ? undefined : this.#offsetMs - earliest;
  }

  /** Camera time minus timestamp time, ms, once two recent sender reports in a row agreed. */
  get reportOffsetMs(): number | undefined {
    const report = this.#report;
    if (report?.agreed !== true || this.#last === undefined) return undefined;
    return this.#last.arrivalMs - report.atMs <= REPORT_VALID_MS ? report.offsetMs : undefined;
  }

  /** Learns from a frame that is not going to be a sample (before the first key frame). */
  observe(timestamp: number, arrivalMs: number): void {
    this.#advance(timestamp, arrivalMs, true);
  }

  /**
   * Places the next frame in decode order.
   * @param arrivalMs monotonic.
   * @param mayGoBack it may be shown before frames that came before it.
   */
  place(timestamp: number, arrivalMs: number, mayGoBack = false): Placement {
    const previousMs = this.#last === undefined ? undefined : this.#last.timeMs + (this.#offsetMs ?? 0);
    const ownLeadMs = this.leadMs;
    const { timeMs, jumped } = this.#advance(timestamp, arrivalMs, mayGoBack);
    if (this.#byArrival !== undefined) return this.#placeByArrival(this.#byArrival, arrivalMs);
    if (this.#offsetMs === undefined) {
      this.#offsetMs = (this.#earliest.value ?? 0) + (this.#findLead() ?? 0);
    } else if (jumped) {
      const leadMs = this.#findLead() ?? ownLeadMs ?? 0;
      const mediaMs = Math.max(arrivalMs + MEDIA_ORIGIN_MS + leadMs, (previousMs ?? 0) + 1);
      this.#offsetMs = mediaMs - timeMs;
    }
    return { ticks: this.#toTicks(timeMs + this.#offsetMs), jumped };
  }

  /** Moves the track on the media timeline, from the next frame on. */
  shift(byMs: number): void {
    if (this.#byArrival !== undefined) this.#byArrival.leadMs += byMs;
    else if (this.#offsetMs !== undefined) this.#offsetMs += byMs;
  }

  /**
   * Takes a sender report: camera time of a timestamp.
   * @returns whether it contradicts the one before: the camera's clock was set, for all its tracks.
   */
  onSenderReport(timestamp: number, cameraMs: number): boolean {
    if (this.#last === undefined) return false;
    const { timestamp: lastTimestamp, timeMs: lastMs, arrivalMs: atMs } = this.#last;
    const timeMs = lastMs + ((timestamp - lastTimestamp) | 0) * this.#rtpToMs;
    const offsetMs = cameraMs - timeMs;
    const before = this.#report;
    const difference = before === undefined ? 0 : offsetMs - before.offsetMs;
    const contradicts = Math.abs(difference) > REPORT_AGREEMENT_MS;
    if (before === undefined || contradicts) this.#report = { offsetMs, agreed: false, atMs };
    else this.#report = { offsetMs: before.offsetMs + difference * REPORT_PULL, agreed: true, atMs };
    return contradicts;
  }

  /** What reports said so far does not hold any more. */
  forgetReports(): void {
    this.#report = undefined;
  }

  #advance(
    timestamp: number,
    arrivalMs: number,
    mayGoBack: boolean,
  ): { readonly timeMs: number; readonly jumped: boolean } {
    const timeMs = this.#unwrapper.unwrap(timestamp) * this.#rtpToMs;
    const jumped = this.#isJump(timeMs, arrivalMs, mayGoBack);
    if (jumped) {
      this.#earliest.reset();
      this.#rate.restart();
      this.#report = undefined;
    }
    this.#earliest.add(arrivalMs + MEDIA_ORIGIN_MS - timeMs, arrivalMs);
    if (this.#rate.add(timeMs, arrivalMs) && this.#byArrival === undefined) {
      const mediaMs = (this.#last?.timeMs ?? timeMs) + (this.#offsetMs ?? 0);
      this.#byArrival = { mediaMs, leadMs: this.#findLead() ?? 0 };
    }
    if (this.#last !== undefined) {
      const distanceMs = arrivalMs - this.#last.arrivalMs;
      this.#frameMs += this.#frameMs === 0 ? distanceMs : (distanceMs - this.#frameMs) * ARRIVAL_PULL;
      const stepMs = jumped ? this.#stepMs : Math.abs(timeMs - this.#last.timeMs);
      this.#stepMs += this.#stepMs === 0 ? stepMs : (stepMs - this.#stepMs) * ARRIVAL_PULL;
    }
    this.#last = { timestamp, timeMs, arrivalMs };
    return { timeMs, jumped };
  }

  #isJump(timeMs: number, arrivalMs: number, mayGoBack: boolean): boolean {
    if (this.#last === undefined) return false;
    const stepMs = timeMs - this.#last.timeMs;
    const toleratedMs = Math.max(JUMP_MS, this.#stepMs * JUMP_FRAMES);
    if (stepMs < -(mayGoBack ? Math.max(toleratedMs, REORDERED_JUMP_MS) : toleratedMs)) return true;
    const aheadMs = stepMs - (arrivalMs - this.#last.arrivalMs);
    const earlyMs = (this.#earliest.value ?? Infinity) - (arrivalMs + MEDIA_ORIGIN_MS - timeMs);
    return Math.min(aheadMs, earlyMs) > toleratedMs;
  }

  #placeByArrival(state: { mediaMs: number; leadMs: number }, arrivalMs: number): Placement {
    const target = arrivalMs + MEDIA_ORIGIN_MS + state.leadMs;
    const expected = state.mediaMs + this.#frameMs;
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
