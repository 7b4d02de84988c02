/**
 * Keeps picture and sound together. Both tracks are on the media timeline by their arrival; this finds by how much that
 * is off and moves the video track there, slowly: frames a few percent shorter or longer are not seen, a sound that is
 * cut or stretched is heard.
 *
 * The measure is the camera's own, from RTCP sender reports (RFC 3550 section 6.4.1), once reports of both tracks agree
 * with those before them and, roughly, with arrival. Without them it is arrival: the smallest delay of each track over
 * the last seconds, which settles a start-up burst of one track and the drift of a sound card.
 */
import type { TrackClock } from './track-clock.ts';

/** Share of media time by which video may be moved: 20 ms per second. */
const MAX_SHIFT_SHARE = 0.02;
/** Skew that is left alone: sender reports are exact, arrival has the delay of the encoder in it. */
const TOLERATED_BY_REPORT_MS = 20;
const TOLERATED_BY_ARRIVAL_MS = 250;
/** A correction that has begun goes on until this. */
const SETTLED_MS = 5;
/** Sender reports that contradict arrival by more than any encoder delays are not believed. */
const REPORT_PLAUSIBLE_MS = 2000;

export class LipSync {
  readonly #video: TrackClock;
  readonly #audio: TrackClock;
  #isCorrecting = false;

  constructor(video: TrackClock, audio: TrackClock) {
    this.#video = video;
    this.#audio = audio;
  }

  /** Moves video towards sound, by what `elapsedMs` of media allow. Call once per video frame. */
  correct(elapsedMs: number): void {
    const skew = this.#findSkew();
    if (skew === undefined) return;
    const size = Math.abs(skew.ms);
    this.#isCorrecting = size > (this.#isCorrecting ? SETTLED_MS : skew.toleratedMs);
    if (!this.#isCorrecting) return;
    this.#video.shift(Math.sign(skew.ms) * Math.min(size, elapsedMs * MAX_SHIFT_SHARE));
  }

  /** How far video should move, ms; undefined while one of the tracks is not placed. */
  #findSkew(): { readonly ms: number; readonly toleratedMs: number } | undefined {
    const {
      offsetMs: videoOffset,
      earliestOffsetMs: videoEarliest,
      reportOffsetMs: videoReport,
    } = this.#video;
    const {
      offsetMs: audioOffset,
      earliestOffsetMs: audioEarliest,
      reportOffsetMs: audioReport,
    } = this.#audio;
    if (this.#video.usesArrival || this.#audio.usesArrival) return undefined;
    if (videoOffset === undefined || audioOffset === undefined) return undefined;
    if (videoEarliest === undefined || audioEarliest === undefined) return undefined;
    const placed = videoOffset - audioOffset;
    const byArrival = videoEarliest - audioEarliest;
    if (videoReport !== undefined && audioReport !== undefined) {
      const byReport = videoReport - audioReport;
      if (Math.abs(byReport - byArrival) <= REPORT_PLAUSIBLE_MS) {
        return { ms: byReport - placed, toleratedMs: TOLERATED_BY_REPORT_MS };
      }
    }
    return { ms: byArrival - placed, toleratedMs: TOLERATED_BY_ARRIVAL_MS };
  }
}
