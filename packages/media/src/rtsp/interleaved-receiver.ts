/**
 * From interleaved frames to packets of tracks: which channel is what, the RTP state of each track, RTCP both ways.
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
import { encodeReceiverReport } from '../rtp/receiver-report.ts';
import { parseRtcp } from '../rtp/rtcp.ts';
import { RtpReceiver } from '../rtp/rtp-receiver.ts';
import type { MediaDescription } from '../media-description.ts';
import type { RtspSessionHandler } from './rtsp-session.ts';

const MAX_HELD_BYTES = 2 * 1024 * 1024;
const MAX_HELD_FRAMES = 4096;

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

export interface InterleavedReceiverOptions {
  readonly handler: RtspSessionHandler;
  readonly clock: Clock;
  readonly tally: ErrorTally;
  /** SSRC of our receiver reports. */
  readonly ssrc: number;
  /** CNAME of our receiver reports, ASCII. */
  readonly cname: string;
}

export class InterleavedReceiver {
  readonly #options: InterleavedReceiverOptions;
  readonly #tracks: Track[] = [];
  readonly #rtp: (Track | undefined)[] = Array.from({ length: 256 });
  readonly #rtcp: (Track | undefined)[] = Array.from({ length: 256 });
  #held: HeldFrame[] | undefined = [];
  #heldBytes = 0;
  #monotonicMs: number;
  #arrivalMs: number;
  #lastVideoMs: number;
  #hasVideo = false;
  #isStopped = false;
  #keyframeRequests = 0;

  constructor(options: InterleavedReceiverOptions) {
    this.#options = options;
    this.#monotonicMs = options.clock.monotonic();
    this.#arrivalMs = options.clock.now();
    this.#lastVideoMs = this.#monotonicMs;
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

  /** Tells which channels carry track `index` of the session. */
  addTrack(
    index: number,
    media: MediaDescription,
    channels: { readonly rtp: number; readonly rtcp: number },
    announcedSsrc: number | undefined,
  ): void {
    const { handler, tally } = this.#options;
    const receiver = new RtpReceiver({
      payloadType: media.payloadType,
      clockRate: media.clockRate,
      announcedSsrc,
      onPacket: (packet, lostBefore, arrivalMs) => handler.onRtp(index, packet, lostBefore, arrivalMs),
      onTrouble: (what) => tally.add(what),
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
    if (!this.hasChannel(channel)) return;
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
  }

  /** The receiver reports that are due now, each as an interleaved frame. */
  encodeReports(): Buffer[] {
    return this.#tracks.map((track) => encodeFrame(track.rtcpChannel, this.#encodeReport(track)));
  }

  /** Asks for a key frame, as an interleaved frame; undefined when the camera cannot be asked, or has sent nothing yet. */
  encodeKeyframeRequest(): Buffer | undefined {
    const track = this.#tracks.find(({ isVideo }) => isVideo);
    const mediaSsrc = track?.receiver.ssrc;
    if (track?.keyframeRequest === undefined || mediaSsrc === undefined) return undefined;
    const number = this.#keyframeRequests++;
    const request = encodeKeyframeRequest(track.keyframeRequest, this.#options.ssrc, mediaSsrc, number);
    // Feedback goes behind a report, in one compound packet (RFC 4585 section 3.1).
    return encodeFrame(track.rtcpChannel, Buffer.concat([this.#encodeReport(track), request]));
  }

  #encodeReport(track: Track): Buffer {
    const block = track.receiver.takeReportBlock(this.#options.clock.monotonic());
    return encodeReceiverReport(this.#options.ssrc, this.#options.cname, block);
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
      if (track !== undefined) {
        const isMedia = track.receiver.receive(bytes, start, end, monotonicMs, arrivalMs);
        if (isMedia && track.isVideo) {
          this.#lastVideoMs = monotonicMs;
          this.#hasVideo = true;
        }
        return;
      }
      const rtcpTrack = this.#rtcp[channel];
      if (rtcpTrack !== undefined) this.#readRtcp(rtcpTrack, bytes, start, end, monotonicMs);
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

function encodeFrame(channel: number, packet: Buffer): Buffer {
  const header = Buffer.from([0x24, channel, packet.length >>> 8, packet.length & 0xff]);
  return Buffer.concat([header, packet]);
}
