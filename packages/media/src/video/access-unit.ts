/** What every video depacketiser makes, and how it is fed: the timeline knows no codec. */
import type { Arrival } from '../rtp/arrival.ts';
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import type { VideoConfig } from '../sample.ts';

/** A picture's configuration, with what the timeline wants to know of it. */
export interface ActiveConfig {
  readonly config: VideoConfig;
  /** Undefined when the parameter sets leave open whether pictures are reordered. */
  readonly knownReorder: number | undefined;
  /** False when pictures may be fields: two of them share a time. */
  readonly frameMbsOnly: boolean;
}

/** One coded picture, whole and decodable: what the depacketiser makes and the timeline dates. */
export interface AccessUnit {
  /** As `Sample.data`: NAL units with 4-byte lengths, without parameter sets, delimiters and private messages; or one JPEG picture. */
  readonly data: Buffer;
  /** RTP timestamp of its slices, as on the wire. */
  readonly timestamp: number;
  /** Decoding can begin with it. */
  readonly keyframe: boolean;
  /** Holds a B slice: pictures are not in the order in which they are shown. */
  readonly bidirectional: boolean;
  /** Pictures before it were dropped, for loss or damage. Always a key frame then. */
  readonly afterLoss: boolean;
  /** The configuration since the last key frame, this one included. */
  readonly active: ActiveConfig;
  /** When its first slice arrived. */
  readonly arrival: Arrival;
}

export interface AccessUnitSink {
  onAccessUnit(unit: AccessUnit): void;
  /** A picture was dropped, and only a key frame lets the stream go on. */
  onKeyframeMissed?(): void;
  /** Something was wrong with the bytes: for counting. */
  onTrouble(message: string): void;
}

/** RTP packets of one video track to access units. Never throws for what a camera can send. */
export interface VideoReader {
  /** Takes the next packet of the track, of which nothing is needed afterwards. @param lostBefore packets missing before it. */
  push(packet: RtpPacket, lostBefore: number, arrival: Arrival): void;
}
