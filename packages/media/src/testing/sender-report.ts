/** RTCP of the fake camera: a sender report with an SDES CNAME (RFC 3550 sections 6.4.1 and 6.5.1). */
export interface SenderReport {
  readonly ssrc: number;
  /** Wall clock of the camera, UTC ms. */
  readonly wallMs: number;
  /** RTP timestamp of that moment. */
  readonly timestamp: number;
  readonly packets: number;
  readonly octets: number;
}

/** Seconds from 1900 (NTP) to 1970. */
const NTP_OFFSET_S = 2_208_988_800;
const CNAME = Buffer.from('camera');

export function encodeSenderReport(report: SenderReport): Buffer {
  const bytes = Buffer.alloc(28 + 20);
  const seconds = Math.floor(report.wallMs / 1000);
  bytes.writeUInt16BE(0x80c8, 0);
  bytes.writeUInt16BE(6, 2); // length in words minus one
  bytes.writeUInt32BE(report.ssrc, 4);
  bytes.writeUInt32BE((seconds + NTP_OFFSET_S) % 2 ** 32, 8);
  bytes.writeUInt32BE(Math.floor(((report.wallMs - seconds * 1000) / 1000) * 2 ** 32), 12);
  bytes.writeUInt32BE(report.timestamp, 16);
  bytes.writeUInt32BE(report.packets % 2 ** 32, 20);
  bytes.writeUInt32BE(report.octets % 2 ** 32, 24);
  bytes.writeUInt16BE(0x81ca, 28);
  bytes.writeUInt16BE(4, 30);
  bytes.writeUInt32BE(report.ssrc, 32);
  bytes[36] = 1; // CNAME, then its length, then text, then zeros to the word's end
  bytes[37] = CNAME.length;
  CNAME.copy(bytes, 38);
  return bytes;
}
