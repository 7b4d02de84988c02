/** RTCP feedback that asks a camera for a key frame: PLI (RFC 4585 section 6.3.1) and FIR (RFC 5104 section 4.3.1). */

/** How a camera lets itself be asked for a key frame, by its `a=rtcp-fb`. */
export type KeyframeRequest = 'pli' | 'fir';

const PAYLOAD_SPECIFIC_FEEDBACK = 206;
const PLI = 1;
const FIR = 4;

/**
 * The feedback packet, without the report that has to stand before it.
 * @param senderSsrc our own SSRC; @param mediaSsrc the camera's.
 * @param requestNumber of FIR: a camera answers each number once, so a new request has a new one.
 */
export function encodeKeyframeRequest(
  kind: KeyframeRequest,
  senderSsrc: number,
  mediaSsrc: number,
  requestNumber: number,
): Buffer {
  const bytes = Buffer.alloc(kind === 'pli' ? 12 : 20);
  bytes.writeUInt8(0x80 | (kind === 'pli' ? PLI : FIR), 0);
  bytes.writeUInt8(PAYLOAD_SPECIFIC_FEEDBACK, 1);
  bytes.writeUInt16BE(bytes.length / 4 - 1, 2);
  bytes.writeUInt32BE(senderSsrc, 4);
  if (kind === 'pli') {
    bytes.writeUInt32BE(mediaSsrc, 8);
  } else {
    // The media source stands in the entry; the header's field is 0.
    bytes.writeUInt32BE(mediaSsrc, 12);
    bytes.writeUInt8(requestNumber & 0xff, 16);
  }
  return bytes;
}
