/**
 * Picture parameter set (ITU-T H.265 section 7.3.2.3), as far as it is needed: its number, that of its SPS, and what the
 * slice header hangs on. The rest, with the scaling lists that some cameras write there, is the decoder's business.
 */
import { BitReader } from '../bytes/bit-reader.ts';
import { MediaError } from '../media-error.ts';
import { decodeRbsp } from '../video/annex-b.ts';
import { HEADER_BYTES, NAL, nalType } from './nal.ts';

export interface Pps {
  /** 0..63 */
  readonly id: number;
  /** 0..15 */
  readonly spsId: number;
  /** num_extra_slice_header_bits. */
  readonly extraSliceHeaderBits: number;
}

/** Two codes of at most 13 bits, five more and the emulation prevention between them fit. */
const LOOKED_AT_BYTES = 12;

/** Parses a PPS NAL unit with its header. @throws MediaError `VIDEO_MALFORMED` */
export function parsePps(nal: Uint8Array): Pps {
  if (nalType(nal) !== NAL.pps) throw new MediaError('VIDEO_MALFORMED', 'not a picture parameter set');
  const reader = new BitReader(decodeRbsp(nal, HEADER_BYTES, LOOKED_AT_BYTES), 'VIDEO_MALFORMED');
  const id = reader.readUnsignedExpGolomb();
  const spsId = reader.readUnsignedExpGolomb();
  if (id > 63 || spsId > 15)
    throw new MediaError('VIDEO_MALFORMED', 'the parameter set number is out of range');
  reader.skipBits(2); // dependent_slice_segments_enabled_flag, output_flag_present_flag
  return { id, spsId, extraSliceHeaderBits: reader.readBits(3) };
}
