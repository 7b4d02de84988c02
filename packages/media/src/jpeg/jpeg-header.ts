/**
 * What a JPEG picture says of itself (ITU-T T.81 annex B): its size, from the frame header. Camera bytes: hostile input.
 */

/** Most bytes of one picture that is carried. A 4K picture of a camera has about one to two million. */
export const MAX_JPEG_BYTES = 4 * 1024 * 1024;
/** Wider or higher pictures cost browsers more memory to decode than any camera's picture is worth. */
const MAX_SIDE = 8192;

export const MARKER = {
  startOfImage: 0xd8,
  endOfImage: 0xd9,
  startOfScan: 0xda,
  huffmanTables: 0xc4,
  arithmeticTables: 0xcc,
  jpegReserved: 0xc8,
} as const;

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Size of the picture; undefined when it is no JPEG, has no frame header, or an unbelievable size. Bounded by its segments. */
export function readJpegSize(picture: Buffer): PictureSize | undefined {
  if (picture[0] !== 0xff || picture[1] !== MARKER.startOfImage) return undefined;
  let at = 2;
  while (at + 4 <= picture.length) {
    if (picture[at] !== 0xff) return undefined;
    const marker = picture[at + 1] ?? 0;
    if (marker === 0xff) {
      at++; // fill byte
      continue;
    }
    if (hasNoSegment(marker)) {
      at += 2;
      continue;
    }
    if (isFrameHeader(marker)) return readFrameHeader(picture, at + 2);
    if (marker === MARKER.startOfScan) return undefined;
    const length = picture.readUInt16BE(at + 2);
    if (length < 2) return undefined;
    at += 2 + length;
  }
  return undefined;
}

/** Markers that stand alone: TEM, RST0 to RST7, SOI, EOI (table B.1). */
export function hasNoSegment(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= MARKER.endOfImage);
}

/** SOF0 to SOF15, without the three codes in between that mean something else. */
function isFrameHeader(marker: number): boolean {
  const isOther =
    marker === MARKER.huffmanTables || marker === MARKER.jpegReserved || marker === MARKER.arithmeticTables;
  return marker >= 0xc0 && marker <= 0xcf && !isOther;
}

/** Section B.2.2: length, precision, lines, samples per line. */
function readFrameHeader(picture: Buffer, at: number): PictureSize | undefined {
  if (at + 7 > picture.length) return undefined;
  const height = picture.readUInt16BE(at + 3);
  const width = picture.readUInt16BE(at + 5);
  const isBelievable = width > 0 && height > 0 && width <= MAX_SIDE && height <= MAX_SIDE;
  return isBelievable ? { width, height } : undefined;
}
