/** JPEG pictures to RTP/JPEG packets (RFC 2435), for tests: apart from the reader, which it must not share code with. */
import type { RtpPacket } from '../rtp/rtp-packet.ts';

export interface PacketizeOptions {
  readonly timestamp: number;
  /** Scan bytes in a packet. */
  readonly mtu?: number;
  /** 128 to 255: tables in the stream; below, the receiver computes them. */
  readonly quality?: number;
  /** Leaves the tables out of the stream though the quality says they are there: those of before hold. */
  readonly omitsTables?: boolean;
  readonly hasMarker?: boolean;
  /** Says 0, as for pictures above 2040 pixels. */
  readonly hidesSize?: boolean;
}

/** @param picture baseline JPEG, 4:2:0 or 4:2:2, with standard Huffman tables. */
export function packetizeJpeg(picture: Buffer, options: PacketizeOptions): RtpPacket[] {
  const { timestamp, mtu = 1000, quality = 255, omitsTables, hasMarker = true, hidesSize } = options;
  const segments = listSegments(picture);
  const frame = segments.get(0xc0)?.[0] ?? Buffer.alloc(17);
  const tables = Buffer.concat((segments.get(0xdb) ?? []).flatMap((payload) => splitTables(payload)));
  const restart = segments.get(0xdd)?.[0];
  const isHalfHeight = frame[7] === 0x22;
  const scan = picture.subarray(scanStart(picture));
  const packets: RtpPacket[] = [];
  for (let at = 0; at < scan.length; at += mtu) {
    const main = Buffer.from([
      0,
      at >> 16,
      at >> 8,
      at,
      (isHalfHeight ? 1 : 0) | (restart ? 64 : 0),
      quality,
      frame.readUInt16BE(3) / 8,
      frame.readUInt16BE(1) / 8,
    ]);
    if (hidesSize === true) main.fill(0, 6);
    const inBand =
      quality < 128 || at > 0
        ? []
        : [
            Buffer.from([0, 0, 0, omitsTables === true ? 0 : tables.length]),
            ...(omitsTables === true ? [] : [tables]),
          ];
    packets.push({
      payloadType: 26,
      marker: hasMarker && at + mtu >= scan.length,
      sequenceNumber: packets.length,
      timestamp,
      ssrc: 1,
      payload: Buffer.concat([
        main,
        ...(restart ? [restart, Buffer.from([0xff, 0xff])] : []),
        ...inBand,
        scan.subarray(at, at + mtu),
      ]),
    });
  }
  return packets;
}

function listSegments(picture: Buffer): Map<number, Buffer[]> {
  const segments = new Map<number, Buffer[]>();
  for (let at = 2; picture[at + 1] !== 0xda; at += 2 + picture.readUInt16BE(at + 2)) {
    const marker = picture[at + 1] ?? 0;
    const payload = picture.subarray(at + 4, at + 2 + picture.readUInt16BE(at + 2));
    segments.set(marker, [...(segments.get(marker) ?? []), payload]);
  }
  return segments;
}

function scanStart(picture: Buffer): number {
  let at = 2;
  while (picture[at + 1] !== 0xda) at += 2 + picture.readUInt16BE(at + 2);
  return at + 2 + picture.readUInt16BE(at + 2);
}

function splitTables(payload: Buffer): Buffer[] {
  const tables: Buffer[] = [];
  for (let at = 0; at + 65 <= payload.length; at += 65) tables.push(payload.subarray(at + 1, at + 65));
  return tables;
}
