/** The head of a JPEG picture, which RTP leaves out, made anew (RFC 2435 appendix B; ITU-T T.81 section B.2). */
import type { PictureSize } from '../jpeg/jpeg-header.ts';
import { HUFFMAN_TABLES } from './jpeg-tables.ts';

export interface JpegHead {
  readonly size: PictureSize;
  /** See `JpegPacket.sampling`. */
  readonly sampling: 0 | 1;
  readonly restartInterval: number | undefined;
  /** One table for all, or one for luminance and one for chrominance. */
  readonly tables: readonly QuantisationTable[];
}

/** 64 values in zigzag order: of one byte each, or two. */
export interface QuantisationTable {
  readonly is16Bit: boolean;
  readonly data: Buffer;
}

/** Everything from the start of the image to the start of the scan. */
export function encodeJpegHead({ size, sampling, restartInterval, tables }: JpegHead): Buffer {
  const chromaTable = tables.length > 1 ? 1 : 0;
  const lumaFactors = sampling === 0 ? 0x21 : 0x22;
  const frame = Buffer.from([
    8,
    0,
    0,
    0,
    0,
    3,
    1,
    lumaFactors,
    0,
    2,
    0x11,
    chromaTable,
    3,
    0x11,
    chromaTable,
  ]);
  frame.writeUInt16BE(size.height, 1);
  frame.writeUInt16BE(size.width, 3);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...tables.map(({ is16Bit, data }, index) =>
      segment(0xdb, Buffer.from([(is16Bit ? 0x10 : 0) | index]), data),
    ),
    ...(restartInterval === undefined ? [] : [segment(0xdd, uint16(restartInterval))]),
    segment(0xc0, frame),
    ...HUFFMAN_TABLES.map(({ id, counts, symbols }) => segment(0xc4, Buffer.from([id, ...counts]), symbols)),
    segment(0xda, Buffer.from([3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0])),
  ]);
}

function segment(marker: number, ...parts: readonly Buffer[]): Buffer {
  const payload = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([0xff, marker]), uint16(payload.length + 2), payload]);
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}
