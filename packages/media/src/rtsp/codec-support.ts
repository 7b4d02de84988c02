/** Which payload formats the engine carries today; everything else is described, never set up. */
import type { MediaDescription, SupportedEncoding } from '../media-description.ts';

/** What the decision hangs on. */
export type CodecFacts = Pick<MediaDescription, 'kind' | 'encoding' | 'clockRate' | 'fmtp'>;

/** By encoding name; some cameras say HEVC, which RFC 7798 does not know. */
const VIDEO_ENCODINGS: Readonly<Record<string, SupportedEncoding | undefined>> = {
  H264: 'H264',
  H265: 'H265',
  HEVC: 'H265',
  JPEG: 'JPEG',
};

/** The supported encoding of a section, or undefined. */
export function findSupportedEncoding(media: CodecFacts): SupportedEncoding | undefined {
  if (media.kind === 'video') return VIDEO_ENCODINGS[media.encoding];
  if (media.kind === 'audio' && media.encoding === 'MPEG4-GENERIC' && isAacMode(media.fmtp.get('mode'))) {
    return 'MPEG4-GENERIC';
  }
  return undefined;
}

/** AAC modes of RFC 3640 sections 3.3.5 and 3.3.6; cameras that leave `mode` out send AAC-hbr. */
function isAacMode(mode: string | undefined): boolean {
  const lower = mode?.toLowerCase() ?? '';
  return lower === '' || lower === 'aac-hbr' || lower === 'aac-lbr';
}
