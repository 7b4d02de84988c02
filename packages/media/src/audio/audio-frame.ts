/** What every audio reader makes, and how it is fed: the timeline knows no codec. */
import type { Arrival } from '../rtp/arrival.ts';
import type { RtpPacket } from '../rtp/rtp-packet.ts';
import type { AudioConfig } from '../sample.ts';

/** A track's configuration, with the length of its frames. */
export interface AudioFormat {
  readonly config: AudioConfig;
  /** Length of a frame that does not state its own, and of `silence`, in `config.timescale`. */
  readonly frameTicks: number;
  /** A frame of silence, to fill holes with; undefined where none can be made. */
  readonly silence: Buffer | undefined;
}

/** One coded frame, as `Sample.data`, in a buffer of its own. */
export interface AudioFrame {
  readonly data: Buffer;
  /** RTP timestamp as on the wire, that of the packet plus the frames before it in the packet. */
  readonly timestamp: number;
  /** Its length in the timescale of its format, where frames differ. Default the format's `frameTicks`. */
  readonly ticks?: number | undefined;
  /** Its format, where that is known only from the stream; the same object as long as it stays the same. Default the track's. */
  readonly format?: AudioFormat | undefined;
  readonly arrival: Arrival;
  /** As `Sample.g711`. */
  readonly g711?: Buffer | undefined;
}

export interface AudioFrameSink {
  onFrame(frame: AudioFrame): void;
  /** Something was wrong with the bytes: for counting. */
  onTrouble(message: string): void;
}

/** RTP packets of one audio track to frames. Never throws for what a camera can send. */
export interface AudioReader {
  /** Takes the next packet of the track, of which nothing is needed afterwards. @param lostBefore packets missing before it. */
  push(packet: RtpPacket, lostBefore: number, arrival: Arrival): void;
}
