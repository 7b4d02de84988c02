/** The first fields of a slice segment header (ITU-T H.265 section 7.3.6.1): where a picture begins and what it is. */
import { BitReader } from '../bytes/bit-reader.ts';
import { MediaError } from '../media-error.ts';
import { decodeRbsp } from '../video/annex-b.ts';
import { HEADER_BYTES, nalType } from './nal.ts';

export interface SliceHeader {
  readonly ppsId: number;
  /**
   * True for a B slice. H.265 encoders write B slices also where nothing is reordered; undefined in what is not the
   * first slice of its picture.
   */
  readonly isBidirectional: boolean | undefined;
}

/** Bits of at most 36 bytes and the emulation prevention between them. */
const LOOKED_AT_BYTES = 24;
const FIRST_WITH_OUTPUT_FLAG = 16;
const LAST_WITH_OUTPUT_FLAG = 23;

/**
 * Parses the header of a slice NAL unit, of which the first bytes are enough.
 * @param extraBitsOf num_extra_slice_header_bits of a PPS by its number; 0 when it is not known.
 * @throws MediaError `VIDEO_MALFORMED`
 */
export function parseSliceHeader(nal: Uint8Array, extraBitsOf: (ppsId: number) => number): SliceHeader {
  const reader = new BitReader(decodeRbsp(nal, HEADER_BYTES, LOOKED_AT_BYTES), 'VIDEO_MALFORMED');
  const isFirst = reader.readFlag();
  const type = nalType(nal);
  if (type >= FIRST_WITH_OUTPUT_FLAG && type <= LAST_WITH_OUTPUT_FLAG) reader.skipBits(1);
  const ppsId = reader.readUnsignedExpGolomb();
  if (ppsId > 63) throw malformed();
  if (!isFirst) return { ppsId, isBidirectional: undefined };
  reader.skipBits(extraBitsOf(ppsId));
  const sliceType = reader.readUnsignedExpGolomb();
  if (sliceType > 2) throw malformed();
  return { ppsId, isBidirectional: sliceType === 0 };
}

/** True when a slice is the first of its picture: first_slice_segment_in_pic_flag. */
export function isFirstSlice(nal: Uint8Array): boolean {
  return ((nal[2] ?? 0) & 0x80) !== 0;
}

function malformed(): MediaError {
  return new MediaError('VIDEO_MALFORMED', 'the slice header is out of range');
}
