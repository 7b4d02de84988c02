/**
 * Picture parameter set (ITU-T H.264 section 7.3.2.2), as far as it is needed: its number and that of the SPS it
 * belongs to. The rest is the decoder's business.
 */
import { BitReader } from '../bytes/bit-reader.ts';
import { MediaError } from '../media-error.ts';
import { decodeRbsp } from '../video/annex-b.ts';
import { HEADER_BYTES, NAL, nalType } from './nal.ts';

export interface Pps {
  /** 0..255 */
  readonly id: number;
  /** 0..31 */
  readonly spsId: number;
}

/** Two codes of at most 17 bits and the emulation prevention between them fit. */
const LOOKED_AT_BYTES = 12;

/** Parses a PPS NAL unit with its header byte. @throws MediaError `VIDEO_MALFORMED` */
export function parsePps(nal: Uint8Array): Pps {
  if (nalType(nal) !== NAL.pps) throw new MediaError('VIDEO_MALFORMED', 'not a picture parameter set');
  const reader = new BitReader(decodeRbsp(nal, HEADER_BYTES, LOOKED_AT_BYTES), 'VIDEO_MALFORMED');
  const id = reader.readUnsignedExpGolomb();
  const spsId = reader.readUnsignedExpGolomb();
  if (id > 255 || spsId > 31)
    throw new MediaError('VIDEO_MALFORMED', 'the parameter set number is out of range');
  return { id, spsId };
}
