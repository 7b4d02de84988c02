/**
 * RTP header parsing (RFC 3550 section 5.1): CSRC list, header extension and padding are stepped over.
 *
 *    0                   1                   2                   3
 *   |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 *   |                           timestamp                           |
 *   |                             SSRC                              |
 *   |  CSRC × CC  |  extension header and words when X  |  payload  |  padding when P
 */
import { MediaError } from '../media-error.ts';
import type { RtpPacket } from './rtp-packet.ts';

const HEADER_BYTES = 12;

/**
 * Reads the packet in `bytes[start, end)`; the payload is a view, not a copy.
 * A padding count that does not fit is clamped to what follows the header: cameras send such.
 * @throws MediaError RTP_MALFORMED when it is not RTP version 2 or the header does not fit.
 */
export function parseRtpPacket(bytes: Buffer, start = 0, end = bytes.length): RtpPacket {
  if (end - start < HEADER_BYTES) {
    throw new MediaError('RTP_MALFORMED', `RTP packet of ${end - start} bytes is shorter than its header`);
  }
  const first = bytes.readUInt8(start);
  if (first >>> 6 !== 2) throw new MediaError('RTP_MALFORMED', `RTP version is ${first >>> 6} instead of 2`);
  const second = bytes.readUInt8(start + 1);

  let payloadStart = start + HEADER_BYTES + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (payloadStart + 4 > end) throw new MediaError('RTP_MALFORMED', 'RTP header extension does not fit');
    payloadStart += 4 + bytes.readUInt16BE(payloadStart + 2) * 4;
  }
  if (payloadStart > end) throw new MediaError('RTP_MALFORMED', 'RTP header is longer than the packet');

  let payloadEnd = end;
  if ((first & 0x20) !== 0 && payloadEnd > payloadStart) {
    payloadEnd = Math.max(payloadStart, end - bytes.readUInt8(end - 1));
  }
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequenceNumber: bytes.readUInt16BE(start + 2),
    timestamp: bytes.readUInt32BE(start + 4),
    ssrc: bytes.readUInt32BE(start + 8),
    payload: bytes.subarray(payloadStart, payloadEnd),
  };
}
