/**
 * RTCP parsing (RFC 3550 section 6): what a receiver needs of a compound packet. Report blocks, SDES texts and
 * profile extensions are stepped over; unknown packet types are skipped.
 */
import { MediaError } from '../media-error.ts';

const SENDER_REPORT = 200;
const GOODBYE = 203;
const MIN_PACKET_TYPE = 192;
const MAX_PACKET_TYPE = 223;

export interface SenderReport {
  readonly type: 'sender-report';
  readonly ssrc: number;
  /** Halves of the 64-bit NTP timestamp; both 0 when the sender has no clock. */
  readonly ntpSeconds: number;
  readonly ntpFraction: number;
  readonly rtpTimestamp: number;
}

export interface Goodbye {
  readonly type: 'goodbye';
  readonly ssrcs: readonly number[];
}

export type RtcpItem = SenderReport | Goodbye;

/**
 * Items of the compound packet in `bytes[start, end)`, in order. What comes before a broken part is kept.
 * @throws MediaError RTP_MALFORMED when not even the first packet can be read.
 */
export function parseRtcp(bytes: Buffer, start = 0, end = bytes.length): RtcpItem[] {
  const items: RtcpItem[] = [];
  let at = start;
  while (at + 4 <= end) {
    const first = bytes.readUInt8(at);
    const packetType = bytes.readUInt8(at + 1);
    const packetEnd = at + 4 + bytes.readUInt16BE(at + 2) * 4;
    const isReadable =
      first >>> 6 === 2 && packetType >= MIN_PACKET_TYPE && packetType <= MAX_PACKET_TYPE && packetEnd <= end;
    if (!isReadable) break;
    const item = parseItem(bytes, at, packetEnd, packetType, first & 0x1f);
    if (item !== undefined) items.push(item);
    at = packetEnd;
  }
  if (at === start) throw new MediaError('RTP_MALFORMED', 'RTCP packet cannot be read');
  return items;
}

function parseItem(
  bytes: Buffer,
  at: number,
  end: number,
  packetType: number,
  count: number,
): RtcpItem | undefined {
  if (packetType === SENDER_REPORT && at + 20 <= end) {
    return {
      type: 'sender-report',
      ssrc: bytes.readUInt32BE(at + 4),
      ntpSeconds: bytes.readUInt32BE(at + 8),
      ntpFraction: bytes.readUInt32BE(at + 12),
      rtpTimestamp: bytes.readUInt32BE(at + 16),
    };
  }
  if (packetType === GOODBYE) {
    const ssrcs: number[] = [];
    for (let index = 0; index < count && at + 8 + index * 4 <= end; index++) {
      ssrcs.push(bytes.readUInt32BE(at + 4 + index * 4));
    }
    return { type: 'goodbye', ssrcs };
  }
  return undefined;
}
