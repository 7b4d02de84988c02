/** The first three fields of a slice header (ITU-T H.264 section 7.3.3): they say where a picture begins and what it is. */
import { BitReader } from '../bytes/bit-reader.ts';
import { MediaError } from '../media-error.ts';
import { decodeRbsp } from '../video/annex-b.ts';
import { HEADER_BYTES } from './nal.ts';

export interface SliceHeader {
  /** 0 in the first slice of a picture. */
  readonly firstMacroblock: number;
  /** True for a B slice: the camera reorders pictures. */
  readonly isBidirectional: boolean;
  readonly ppsId: number;
}

/** Three codes of at most 36 bits and the emulation prevention between them fit. */
const LOOKED_AT_BYTES = 24;

/** Parses the header of a slice NAL unit, of which the first bytes are enough. @throws MediaError `VIDEO_MALFORMED` */
export function parseSliceHeader(nal: Uint8Array): SliceHeader {
  const reader = new BitReader(decodeRbsp(nal, HEADER_BYTES, LOOKED_AT_BYTES), 'VIDEO_MALFORMED');
  const firstMacroblock = reader.readUnsignedExpGolomb();
  const sliceType = reader.readUnsignedExpGolomb();
  const ppsId = reader.readUnsignedExpGolomb();
  if (sliceType > 9 || ppsId > 255)
    throw new MediaError('VIDEO_MALFORMED', 'the slice header is out of range');
  return { firstMacroblock, isBidirectional: sliceType % 5 === 1, ppsId };
}

/** True when a slice is the first of its picture: first_mb_in_slice 0 is the single bit 1. */
export function isFirstSlice(nal: Uint8Array): boolean {
  return ((nal[1] ?? 0) & 0x80) !== 0;
}
