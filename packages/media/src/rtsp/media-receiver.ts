/**
 * From frames to packets of tracks: which channel is what, the RTP state of each track, RTCP both ways. Channels are those
 * of the RTSP connection (RFC 2326 section 10.12); datagrams of UDP come as frames of channels that nobody else uses.
 *
 * Frames that come before the session is handed to its owner (cameras send before they answer PLAY) are kept, up to
 * 2 MiB; beyond that they are dropped, which the sequence numbers will show as loss. Frames on channels that nobody
 * set up are ignored.
 */
import type { Clock } from '@pantau/base/clock';
import type { ErrorTally } from '../error-tally.ts';
import { MediaError } from '../media-error.ts';
import { encodeKeyframeRequest, type KeyframeRequest } from '../rtp/keyframe-request.ts';
import { ntpToUnixMs } from '../rtp/ntp-time.ts';
import { encodeGoodbye, encodeReceiverReport } from '../rtp/receiver-report.ts';
import { parseRtcp } from '../rtp/rtcp.ts';
import { RtpReceiver, type PacketCounts } from '../rtp/rtp-receiver.ts';
import type { MediaDescription } from '../media-description.ts';
import type { RtspSessionHandler } from './rtsp-session.ts';
import type { ChannelPair } from './transport-header.ts';

const MAX_HELD_BYTES = 2 * 1024 * 1024;
const MAX_HELD_FRAMES = 4096;
/** RTCP packet types that a camera sends (RFC 3550 section 12.1), as second byte of a packet. */
const FIRST_RTCP_TYPE = 200;
const LAST_RTCP_TYPE = 204;

interface Track {
  readonly index: number;
  readonly isVideo: boolean;
  readonly receiver: RtpReceiver;
  readonly rtcpChannel: number;
  readonly keyframeRequest: KeyframeRequest | undefined;
}

interface HeldFrame {
  readonly channel: number;
  /** A copy: a view would keep the whole chunk of the socket. */
  readonly payload: Buffer;
  readonly monotonicMs: number;
  readonly arrivalMs: number;
}

export interface MediaReceiverOptions {
  readonly handler: RtspSessionHandler;
  readonly clock: Clock;
  readonly tally: ErrorTally;
  /** SSRC of our receiver reports. */
  readonly ssrc: number;
  /** CNAME of our receiver reports, ASCII. */
  readonly cname: string;
}

/** An RTCP packet of ours, and the channel of the track it goes back on. */
export interface RtcpOut {
  readonly rtcpChannel: number;
  readonly report: Buffer;
}

export class MediaReceiver {
  readonly #options: MediaReceiverOptions;
  readonly #tracks: Track[] = [];
  readonly #rtp: (Track | undefined)[] = Array.from({ length: 256 });
  readonly #rtcp: (Track | undefined)[] = Array.from({ length: 256 });
  #held: HeldFrame[] | undefined = [];
  #heldBytes = 0;
  #monotonicMs: number;
  #arrivalMs: number;
  #lastVideoMs: number;
  #hasVideo = false;
  #strayFrames = 0;
  #isStopped = false;
  #keyframeRequests = 0;

  constructor(options: MediaReceiverOptions) {
    this.#options = options;
    this.#monotonicMs = options.clock.monotonic();
    this.#arrivalMs = options.clock.now();
    this.#lastVideoMs = this.#monotonicMs;
  }

  get ssrc(): number {
    return this.#options.ssrc;
  }

  get cname(): string {
    return this.#options.cname;
  }

  /** Frames on channels that nobody set up: those of another session. */
  get strayFrames(): number {
    return this.#strayFrames;
  }

  /** What happened to the packets of all tracks. */
  get counts(): PacketCounts {
    const sum = { lost: 0, late: 0, reordered: 0, duplicates: 0 };
    for (const { receiver } of this.#tracks) {
      const { lost, late, reordered, duplicates } = receiver.counts;
      sum.lost += lost;
      sum.late += late;
      sum.reordered += reordered;
      sum.duplicates += duplicates;
    }
    return sum;
  }

  /** Packets lost on all tracks. */
  get lostPackets(): number {
    return this.#tracks.reduce((sum, track) => sum + track.receiver.lost, 0);
  }

  /** `Clock.monotonic()` when the last video packet came, or when the receiver was started. */
  get lastVideoMs(): number {
    return this.#lastVideoMs;
  }

  /** Whether any video packet was received. */
  get hasVideo(): boolean {
    return this.#hasVideo;
  }

  /** True when every track's source has said BYE and sent nothing since. */
  get hasEnded(): boolean {
    return this.#tracks.length > 0 && this.#tracks.every((track) => track.receiver.saidGoodbye);
  }

  /** Whether a channel is taken. */
  hasChannel(channel: number): boolean {
    return this.#rtp[channel] !== undefined || this.#rtcp[channel] !== undefined;
  }

  /** The first pair of channels that is free. */
  findFreeChannels(): ChannelPair {
    let rtp = 0;
    while (this.hasChannel(rtp) || this.hasChannel(rtp + 1)) rtp += 2;
    return { rtp, rtcp: rtp + 1 };
  }

  /**
   * Tells which channels carry track `index` of the session.
   * @param facts `announcedSsrc` of SETUP; `isOrdered` false when packets may come in another order (default true).
   */
  addTrack(
    index: number,
    media: MediaDescription,
    channels: ChannelPair,
    facts: { readonly announcedSsrc: number | undefined; readonly isOrdered?: boolean },
  ): void {
    const { handler, tally, clock } = this.#options;
    const receiver = new RtpReceiver({
      payloadType: media.payloadType,
      clockRate: media.clockRate,
      announcedSsrc: facts.announcedSsrc,
      onPacket: (packet, lostBefore, arrivalMs) => {
        if (!this.#isStopped) handler.onRtp(index, packet, lostBefore, arrivalMs);
      },
      onTrouble: (what) => tally.add(what),
      reorderOn: facts.isOrdered === false ? clock : undefined,
    });
    const track: Track = {
      index,
      isVideo: media.kind === 'video',
      receiver,
      rtcpChannel: channels.rtcp,
      keyframeRequest: media.keyframeRequest,
    };
    this.#tracks.push(track);
    this.#rtp[channels.rtp] = track;
    this.#rtcp[channels.rtcp] = track;
  }

  /** Notes the time of the bytes whose frames follow. */
  onChunk(): void {
    this.#monotonicMs = this.#options.clock.monotonic();
    this.#arrivalMs = this.#options.clock.now();
  }

  /** Takes a frame whose payload is `bytes[start, end)`. Never throws for what a camera sends. */
  onFrame(channel: number, bytes: Buffer, start: number, end: number): void {
    if (this.#isStopped) return;
    if (this.#held === undefined) {
      this.#read(channel, bytes, start, end, this.#monotonicMs, this.#arrivalMs);
      return;
    }
    if (!this.hasChannel(channel)) {
      this.#strayFrames++;
      return;
    }
    if (this.#heldBytes + end - start > MAX_HELD_BYTES || this.#held.length >= MAX_HELD_FRAMES) {
      this.#options.tally.add('a frame came before the session was ready, and there was no room to keep it');
      return;
    }
    this.#heldBytes += end - start;
    const times = { monotonicMs: this.#monotonicMs, arrivalMs: this.#arrivalMs };
    this.#held.push({ channel, payload: Buffer.from(bytes.subarray(start, end)), ...times });
  }

  /** Hands out the kept frames and every later one as it comes. */
  start(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#lastVideoMs = this.#options.clock.monotonic();
    for (const frame of held) {
      if (this.#isStopped) return;
      const { channel, payload, monotonicMs, arrivalMs } = frame;
      this.#read(channel, payload, 0, payload.length, monotonicMs, arrivalMs);
    }
  }

  /** Nothing is handed out any more. */
  stop(): void {
    this.#isStopped = true;
    this.#held = undefined;
    for (const { receiver } of this.#tracks) receiver.close();
  }

  /** The receiver reports that are due now, with the channels they go back on. */
  encodeReports(): RtcpOut[] {
    return this.#tracks.map((track) => ({
      rtcpChannel: track.rtcpChannel,
      report: this.#encodeReport(track),
    }));
  }

  /** Asks for a key frame; undefined when the camera cannot be asked, or has sent nothing yet. */
  encodeKeyframeRequest(): RtcpOut | undefined {
    const track = this.#tracks.find(({ isVideo }) => isVideo);
    const mediaSsrc = track?.receiver.ssrc;
    if (track?.keyframeRequest === undefined || mediaSsrc === undefined) return undefined;
    const number = this.#keyframeRequests++;
    const request = encodeKeyframeRequest(track.keyframeRequest, this.#options.ssrc, mediaSsrc, number);
    // Feedback goes behind a report, in one compound packet (RFC 4585 section 3.1).
    return { rtcpChannel: track.rtcpChannel, report: Buffer.concat([this.#encodeReport(track), request]) };
  }

  #encodeReport(track: Track): Buffer {
    const block = track.receiver.takeReportBlock(this.#options.clock.monotonic());
    return encodeReceiverReport(this.#options.ssrc, this.#options.cname, block);
  }

  /** A goodbye for each track. */
  encodeGoodbyes(): RtcpOut[] {
    const report = encodeGoodbye(this.#options.ssrc, this.#options.cname);
    return this.#tracks.map(({ rtcpChannel }) => ({ rtcpChannel, report }));
  }

  #read(
    channel: number,
    bytes: Buffer,
    start: number,
    end: number,
    monotonicMs: number,
    arrivalMs: number,
  ): void {
    const track = this.#rtp[channel];
    try {
      if (track !== undefined && !isRtcp(bytes, start, end)) {
        const isMedia = track.receiver.receive(bytes, start, end, monotonicMs, arrivalMs);
        if (isMedia && track.isVideo) {
          this.#lastVideoMs = monotonicMs;
          this.#hasVideo = true;
        }
        return;
      }
      const rtcpTrack = this.#rtcp[channel];
      if (rtcpTrack !== undefined) this.#readRtcp(rtcpTrack, bytes, start, end, monotonicMs);
      else if (track === undefined) this.#strayFrames++;
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      this.#options.tally.add(error.message);
    }
  }

  #readRtcp(track: Track, bytes: Buffer, start: number, end: number, monotonicMs: number): void {
    const report = track.receiver.receiveRtcp(parseRtcp(bytes, start, end), monotonicMs);
    if (report === undefined) return;
    const ntpMs = ntpToUnixMs(report.ntpSeconds, report.ntpFraction);
    this.#options.handler.onSenderReport(track.index, report.rtpTimestamp, ntpMs);
  }
}

/** RTCP on the channel of RTP, where a camera sends both on one (RFC 5761 section 4): no payload type of ours lies there. */
function isRtcp(bytes: Buffer, start: number, end: number): boolean {
  const type = start + 1 < end ? (bytes[start + 1] ?? 0) : 0;
  return type >= FIRST_RTCP_TYPE && type <= LAST_RTCP_TYPE;
}
