/** RTCP receiver reports (RFC 3550 sections 6.4.2 and 6.5): tells a camera that somebody is listening, and how well. */

/** One report block. All fields as they go on the wire. */
export interface ReportBlock {
  /** The source that is reported on. */
  readonly ssrc: number;
  /** Lost since the last report, in 1/256 of the expected. */
  readonly fractionLost: number;
  /** Lost since the beginning; clamped to 24 bits signed. */
  readonly cumulativeLost: number;
  readonly extendedHighest: number;
  /** Interarrival jitter in ticks of the track's clock. */
  readonly jitter: number;
  /** Middle 32 bits of the NTP time of the last sender report; 0 when none came. */
  readonly lastSenderReport: number;
  /** Time since that report, in 1/65536 s; 0 when none came. */
  readonly delaySinceLastSenderReport: number;
}

const RECEIVER_REPORT = 201;
const SOURCE_DESCRIPTION = 202;
const GOODBYE = 203;
const CNAME = 1;
const MAX_CUMULATIVE_LOST = 0x7f_ffff;

/**
 * A compound packet: receiver report with one block (none before the first packet arrived) and SDES with CNAME.
 * @param senderSsrc our own SSRC.
 * @param cname at most 255 bytes of ASCII, the same for all tracks of a session.
 */
export function encodeReceiverReport(
  senderSsrc: number,
  cname: string,
  block: ReportBlock | undefined,
): Buffer {
  const reportBytes = block === undefined ? 8 : 32;
  // header 4, SSRC 4, item type 1, item length 1, text, at least one null, to a multiple of 4
  const sdesBytes = Math.ceil((4 + 4 + 2 + cname.length + 1) / 4) * 4;
  const bytes = Buffer.alloc(reportBytes + sdesBytes);

  bytes.writeUInt8(0x80 | (block === undefined ? 0 : 1), 0);
  bytes.writeUInt8(RECEIVER_REPORT, 1);
  bytes.writeUInt16BE(reportBytes / 4 - 1, 2);
  bytes.writeUInt32BE(senderSsrc, 4);
  if (block !== undefined) writeBlock(bytes, 8, block);

  bytes.writeUInt8(0x81, reportBytes);
  bytes.writeUInt8(SOURCE_DESCRIPTION, reportBytes + 1);
  bytes.writeUInt16BE(sdesBytes / 4 - 1, reportBytes + 2);
  bytes.writeUInt32BE(senderSsrc, reportBytes + 4);
  bytes.writeUInt8(CNAME, reportBytes + 8);
  bytes.writeUInt8(cname.length, reportBytes + 9);
  bytes.write(cname, reportBytes + 10, 'latin1');
  return bytes;
}

/** A compound packet that says goodbye (RFC 3550 section 6.6): an empty receiver report, SDES, BYE. */
export function encodeGoodbye(senderSsrc: number, cname: string): Buffer {
  const goodbye = Buffer.alloc(8);
  goodbye.writeUInt8(0x81, 0);
  goodbye.writeUInt8(GOODBYE, 1);
  goodbye.writeUInt16BE(1, 2);
  goodbye.writeUInt32BE(senderSsrc, 4);
  return Buffer.concat([encodeReceiverReport(senderSsrc, cname, undefined), goodbye]);
}

function writeBlock(bytes: Buffer, at: number, block: ReportBlock): void {
  bytes.writeUInt32BE(block.ssrc, at);
  bytes.writeUInt8(Math.min(255, Math.max(0, Math.floor(block.fractionLost))), at + 4);
  bytes.writeIntBE(Math.min(MAX_CUMULATIVE_LOST, Math.floor(block.cumulativeLost)), at + 5, 3);
  bytes.writeUInt32BE(block.extendedHighest, at + 8);
  bytes.writeUInt32BE(Math.floor(block.jitter) >>> 0, at + 12);
  bytes.writeUInt32BE(block.lastSenderReport, at + 16);
  bytes.writeUInt32BE(Math.floor(block.delaySinceLastSenderReport) >>> 0, at + 20);
}
