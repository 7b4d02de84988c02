/** Small whole JPEG pictures for tests, grey all over, each with a text inside that makes it one of its own. */
import { encodeJpegHead } from '../rtp-jpeg/jpeg-head.ts';
import { makeQuantisationTables } from '../rtp-jpeg/jpeg-tables.ts';

/** One 16 x 16 block group at 4:2:0, all coefficients zero: 32 bits of the standard Huffman codes. */
const GREY_MCU = Buffer.from([0x28, 0xa2, 0x8a, 0x00]);

/** @param sides multiples of 16. */
export function makeTestJpeg(text: string, width = 32, height = 16): Buffer {
  const tables = makeQuantisationTables(50);
  const head = encodeJpegHead({
    size: { width, height },
    sampling: 1,
    restartInterval: undefined,
    tables: [
      { is16Bit: false, data: tables.subarray(0, 64) },
      { is16Bit: false, data: tables.subarray(64) },
    ],
  });
  const comment = Buffer.from(text);
  const length = Buffer.from([(comment.length + 2) >> 8, (comment.length + 2) & 0xff]);
  return Buffer.concat([
    head.subarray(0, 2),
    Buffer.from([0xff, 0xfe]),
    length,
    comment,
    head.subarray(2),
    ...Array.from({ length: (width / 16) * (height / 16) }, () => GREY_MCU),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** The text inside of a picture. */
export function textOfJpeg(picture: Buffer): string {
  return picture.toString('latin1', 6, 4 + picture.readUInt16BE(4));
}
