/**
 * Keeps picture and sound together. Both tracks are on the media timeline by their arrival; this finds by how much that
 * is off and moves the video track there, slowly: frames a few percent shorter or longer are not seen, a sound that is
 * cut or stretched is heard. The further it is off, the faster.
 *
 * The measure is the camera's own, from RTCP sender reports (RFC 3550 section 6.4.1), as long as reports of both tracks agree
 * with those before them and, roughly, with arrival. Without them it is arrival: the smallest delay of each track over
 * the last seconds, which settles a start-up burst of one track and the drift of a sound card; what reports said about
 * the delay of the encoders is remembered.
 */
import type { TrackClock } from './track-clock.ts';

/** Share of media time by which video may be moved: 20 ms per second. */
const MAX_SHIFT_SHARE = 0.02;
/** Media time in which most of a skew is gone, ms. Reports are exact; arrival has the network's jitter in it. */
const SETTLE_BY_REPORT_MS = 2000;
const SETTLE_BY_ARRIVAL_MS = 10_000;
/** Less is left alone. */
const TOLERATED_MS = 2;
/** Sender reports that contradict arrival by more than the delays of encoders differ are not believed. */
const REPORT_PLAUSIBLE_MS = 500;

export class LipSync {
  readonly #video: TrackClock;
  readonly #audio: TrackClock;
  /** What reports said beyond arrival when they were last believed. */
  #encoderMs = 0;

  constructor(video: TrackClock, audio: TrackClock) {
    this.#video = video;
    this.#audio = audio;
  }

  /** Moves video towards sound, by what `elapsedMs` of media allow. Call once per video frame. */
  correct(elapsedMs: number): void {
    const skew = this.#findSkew();
    if (skew === undefined || Math.abs(skew.ms) <= TOLERATED_MS) return;
    const size = Math.abs(skew.ms);
    const share = Math.min(MAX_SHIFT_SHARE, size / skew.settleMs);
    this.#video.shift(Math.sign(skew.ms) * Math.min(size, elapsedMs * share));
  }

  /** How far video should move, ms; undefined while one of the tracks is not placed. */
  #findSkew(): { readonly ms: number; readonly settleMs: number } | undefined {
    const { leadMs: videoLead } = this.#video;
    const { leadMs: audioLead } = this.#audio;
    if (videoLead === undefined || audioLead === undefined) return undefined;
    const byArrival = audioLead - videoLead;
    const byReport = this.#findReportedSkew();
    if (byReport !== undefined && Math.abs(byReport - byArrival) <= REPORT_PLAUSIBLE_MS) {
      this.#encoderMs = byReport - byArrival;
      return { ms: byReport, settleMs: SETTLE_BY_REPORT_MS };
    }
    return { ms: byArrival + this.#encoderMs, settleMs: SETTLE_BY_ARRIVAL_MS };
  }

  #findReportedSkew(): number | undefined {
    if (this.#video.usesArrival || this.#audio.usesArrival) return undefined;
    const { offsetMs: videoOffset, reportOffsetMs: videoReport } = this.#video;
    const { offsetMs: audioOffset, reportOffsetMs: audioReport } = this.#audio;
    if (videoOffset === undefined || videoReport === undefined) return undefined;
    if (audioOffset === undefined || audioReport === undefined) return undefined;
    return videoReport - audioReport - (videoOffset - audioOffset);
  }
}
