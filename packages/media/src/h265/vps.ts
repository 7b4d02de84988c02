/** Video parameter set (ITU-T H.265 section 7.3.2.1), as far as it is needed: its number. The rest is the decoder's business. */
import { BitReader } from '../bytes/bit-reader.ts';
import { MediaError } from '../media-error.ts';
import { decodeRbsp } from '../video/annex-b.ts';
import { HEADER_BYTES, NAL, nalType } from './nal.ts';

export interface Vps {
  /** 0..15 */
  readonly id: number;
}

const LOOKED_AT_BYTES = 8;

/** Parses a VPS NAL unit with its header. @throws MediaError `VIDEO_MALFORMED` */
export function parseVps(nal: Uint8Array): Vps {
  if (nalType(nal) !== NAL.vps) throw new MediaError('VIDEO_MALFORMED', 'not a video parameter set');
  const reader = new BitReader(decodeRbsp(nal, HEADER_BYTES, LOOKED_AT_BYTES), 'VIDEO_MALFORMED');
  const id = reader.readBits(4);
  reader.skipBits(12); // layers, sub-layers, nesting
  if (reader.readBits(16) !== 0xffff)
    throw new MediaError('VIDEO_MALFORMED', 'the video parameter set is damaged');
  return { id };
}
