/**
 * Receives one track: payload type filter, lock on one SSRC, sequence order, loss, and the figures for receiver
 * reports (RFC 3550 sections 6.4 and 8).
 *
 *   packet ─► payload type of the track? ─► SSRC locked? ─► [window] ─► sequence ─► onPacket(packet, lostBefore, arrivalMs)
 *                no: drop, uncounted          no: probation   UDP only     late, duplicate: count
 *
 * A camera may change its SSRC (encoder restart), and an old session of a buggy one may leak packets into ours. Both
 * look the same at first, so a foreign SSRC is adopted only after a run of consecutive packets while the old one has
 * been silent, or at once when the camera announced it in SETUP.
 */
import type { Clock } from '@pantau/base/clock';
import type { RtcpItem, SenderReport } from './rtcp.ts';
import type { ReportBlock } from './receiver-report.ts';
import type { RtpPacket } from './rtp-packet.ts';
import { parseRtpPacket } from './parse-rtp-packet.ts';
import { ReorderWindow } from './reorder-window.ts';
import {
  SEQUENCE_DUPLICATE,
  SEQUENCE_LATE,
  SEQUENCE_RESTARTED,
  SEQUENCE_SUSPECT,
  SequenceTracker,
} from './sequence-tracker.ts';

/** Consecutive packets of a foreign SSRC before it may be adopted. */
const PROBATION_PACKETS = 3;
/** The locked SSRC must have been silent so long, ms. */
const SILENCE_BEFORE_RELOCK_MS = 500;

export interface RtpReceiverOptions {
  readonly payloadType: number;
  /** Ticks per second of the RTP timestamps. */
  readonly clockRate: number;
  /** SSRC named in the Transport header of SETUP; a hint. */
  readonly announcedSsrc: number | undefined;
  readonly onPacket: (packet: RtpPacket, lostBefore: number, arrivalMs: number) => void;
  /** Told about each dropped packet. */
  readonly onTrouble: (what: string) => void;
  /** Given when the network may swap packets: they are put in order, which takes time now and then. */
  readonly reorderOn?: Clock | undefined;
}

/** What happened to the packets of a track, since the beginning. */
export interface PacketCounts {
  /** Missing for good; a change of SSRC or a restart of the numbering counts as one. */
  readonly lost: number;
  /** Came after their place was given up; they count as lost, too. */
  readonly late: number;
  /** Came late but in time: put back into their place. */
  readonly reordered: number;
  readonly duplicates: number;
}

export class RtpReceiver {
  readonly #options: RtpReceiverOptions;
  #sequence = new SequenceTracker();
  #ssrc: number | undefined;
  /** A packet that may begin a new numbering, with a payload of its own. */
  #held: RtpPacket | undefined;
  #lastPacketMs = 0;
  #foreignSsrc: number | undefined;
  #foreignNext = -1;
  #foreignRun = 0;
  #saidGoodbye = false;
  #lostBeforeRelock = 0;
  #restartPending = false;
  readonly #window: ReorderWindow | undefined;
  #late = 0;
  #duplicates = 0;
  // receiver report state
  #transit: number | undefined;
  #jitter = 0;
  #reportedLost = 0;
  #reportedAccepted = 0;
  #lastSenderReport = 0;
  #lastSenderReportMs = 0;

  constructor(options: RtpReceiverOptions) {
    this.#options = options;
    if (options.reorderOn !== undefined) {
      this.#window = new ReorderWindow(options.reorderOn, (packet, monotonicMs, arrivalMs) =>
        this.#take(packet, monotonicMs, arrivalMs),
      );
    }
  }

  get counts(): PacketCounts {
    return {
      lost: this.lost,
      late: this.#late,
      reordered: this.#window?.reordered ?? 0,
      duplicates: this.#duplicates,
    };
  }

  /** Hands out nothing any more. */
  close(): void {
    this.#window?.close();
  }

  /** Packets lost so far; a change of SSRC or a restart of the numbering counts as one. */
  get lost(): number {
    return this.#lostBeforeRelock + this.#sequence.lost;
  }

  /** The source packets are taken from; undefined before the first one. */
  get ssrc(): number | undefined {
    return this.#ssrc;
  }

  /** True after the source said BYE and has sent nothing since. */
  get saidGoodbye(): boolean {
    return this.#saidGoodbye;
  }

  /**
   * Takes the packet in `bytes[start, end)`.
   * @param monotonicMs `Clock.monotonic()` of its arrival, @param arrivalMs `Clock.now()` of the same moment.
   * @returns whether it was a packet of this track's source (delivered, or held for one packet).
   * @throws MediaError RTP_MALFORMED
   */
  receive(bytes: Buffer, start: number, end: number, monotonicMs: number, arrivalMs: number): boolean {
    const packet = parseRtpPacket(bytes, start, end);
    if (packet.payloadType !== this.#options.payloadType) return false;
    if (packet.ssrc !== this.#ssrc && !this.#admit(packet, monotonicMs)) return false;
    if (this.#window === undefined) return this.#take(packet, monotonicMs, arrivalMs);
    if (!this.#window.push(packet, monotonicMs, arrivalMs)) this.#drop(SEQUENCE_DUPLICATE);
    this.#lastPacketMs = monotonicMs;
    return true;
  }

  #drop(verdict: number): void {
    if (verdict === SEQUENCE_LATE) this.#late++;
    else this.#duplicates++;
    this.#options.onTrouble(verdict === SEQUENCE_LATE ? 'RTP packet came too late' : 'RTP packet came twice');
  }

  /** Takes the next packet of the locked source. @returns whether it counts as a sign of life. */
  #take(packet: RtpPacket, monotonicMs: number, arrivalMs: number): boolean {
    const verdict = this.#sequence.next(packet.sequenceNumber);
    if (verdict === SEQUENCE_DUPLICATE || verdict === SEQUENCE_LATE) {
      this.#drop(verdict);
      return false;
    }
    this.#lastPacketMs = monotonicMs;
    this.#saidGoodbye = false;
    if (verdict === SEQUENCE_SUSPECT) {
      this.#held = { ...packet, payload: Buffer.from(packet.payload) };
      return true;
    }
    const held = this.#held;
    this.#held = undefined;
    if (verdict === SEQUENCE_RESTARTED) {
      this.#transit = undefined;
      this.#window?.follow(packet.sequenceNumber);
      if (held !== undefined) this.#options.onPacket(held, 1, arrivalMs);
      this.#deliver(packet, held === undefined ? 1 : 0, monotonicMs, arrivalMs);
      return true;
    }
    const lostBefore = this.#restartPending ? Math.max(1, verdict) : verdict;
    this.#restartPending = false;
    this.#deliver(packet, lostBefore, monotonicMs, arrivalMs);
    return true;
  }

  /**
   * Takes what an RTCP packet said.
   * @returns the sender report when it is about the locked source and carries a clock, else undefined.
   */
  receiveRtcp(items: readonly RtcpItem[], monotonicMs: number): SenderReport | undefined {
    let report: SenderReport | undefined;
    for (const item of items) {
      if (item.type === 'goodbye') {
        if (this.#ssrc !== undefined && item.ssrcs.includes(this.#ssrc)) this.#saidGoodbye = true;
        continue;
      }
      if (item.ssrc !== this.#ssrc) continue;
      this.#lastSenderReport = (((item.ntpSeconds & 0xffff) << 16) | (item.ntpFraction >>> 16)) >>> 0;
      this.#lastSenderReportMs = monotonicMs;
      if (item.ntpSeconds !== 0 || item.ntpFraction !== 0) report = item;
    }
    return report;
  }

  /** The block for the next receiver report, and the start of a new interval; undefined before the first packet. */
  takeReportBlock(monotonicMs: number): ReportBlock | undefined {
    if (this.#ssrc === undefined) return undefined;
    const lost = this.lost - this.#reportedLost;
    const accepted = this.#sequence.accepted - this.#reportedAccepted;
    this.#reportedLost = this.lost;
    this.#reportedAccepted = this.#sequence.accepted;
    const expected = lost + accepted;
    return {
      ssrc: this.#ssrc,
      fractionLost: expected > 0 ? Math.floor((lost * 256) / expected) : 0,
      cumulativeLost: this.lost,
      extendedHighest: this.#sequence.extendedHighest,
      jitter: this.#jitter,
      lastSenderReport: this.#lastSenderReport,
      delaySinceLastSenderReport:
        this.#lastSenderReport === 0 ? 0 : ((monotonicMs - this.#lastSenderReportMs) * 65_536) / 1000,
    };
  }

  /** Whether a packet of another SSRC than the locked one may come in; locks on it when so. */
  #admit(packet: RtpPacket, monotonicMs: number): boolean {
    if (this.#ssrc === undefined) {
      this.#ssrc = packet.ssrc;
      return true;
    }
    const follows = packet.ssrc === this.#foreignSsrc && packet.sequenceNumber === this.#foreignNext;
    this.#foreignRun = follows ? this.#foreignRun + 1 : 1;
    this.#foreignSsrc = packet.ssrc;
    this.#foreignNext = (packet.sequenceNumber + 1) & 0xffff;

    const isAnnounced = packet.ssrc === this.#options.announcedSsrc;
    const isProven =
      this.#foreignRun >= PROBATION_PACKETS && monotonicMs - this.#lastPacketMs >= SILENCE_BEFORE_RELOCK_MS;
    if (!isAnnounced && !isProven) {
      this.#options.onTrouble('RTP packet of another source');
      return false;
    }
    this.#relock(packet.ssrc);
    return true;
  }

  #relock(ssrc: number): void {
    this.#lostBeforeRelock += this.#sequence.lost + 1;
    this.#window?.reset();
    this.#sequence = new SequenceTracker();
    this.#reportedAccepted = 0;
    this.#ssrc = ssrc;
    this.#held = undefined;
    this.#restartPending = true;
    this.#foreignSsrc = undefined;
    this.#foreignRun = 0;
    this.#transit = undefined;
    this.#jitter = 0;
    this.#lastSenderReport = 0;
  }

  #deliver(packet: RtpPacket, lostBefore: number, monotonicMs: number, arrivalMs: number): void {
    this.#updateJitter(packet.timestamp, monotonicMs);
    this.#options.onPacket(packet, lostBefore, arrivalMs);
  }

  /** RFC 3550 appendix A.8, in ticks; the differences are taken modulo 2^32. */
  #updateJitter(timestamp: number, monotonicMs: number): void {
    const transit = Math.round((monotonicMs * this.#options.clockRate) / 1000) - timestamp;
    if (this.#transit !== undefined) {
      const difference = Math.abs((transit - this.#transit) | 0);
      this.#jitter += (difference - this.#jitter) / 16;
    }
    this.#transit = transit;
  }
}
