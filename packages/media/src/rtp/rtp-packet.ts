/**
 * One RTP packet (RFC 3550 section 5.1) after parsing. `payload` is a view into the bytes it came from, which are read
 * into again: it holds until the callback that got the packet returns. Whoever needs more of it copies.
 */
export interface RtpPacket {
  readonly payloadType: number;
  readonly marker: boolean;
  /** 16-bit as on the wire. */
  readonly sequenceNumber: number;
  /** 32-bit as on the wire. */
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Buffer;
}
