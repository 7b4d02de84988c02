/** Which payload formats the engine carries today; everything else is described, never set up. */
import type { MediaDescription, SupportedEncoding } from '../media-description.ts';

/** What the decision hangs on. */
export type CodecFacts = Pick<MediaDescription, 'kind' | 'encoding' | 'clockRate' | 'channels' | 'fmtp'>;

/** Rates that a FLAC header can state and a camera's sound can have, Hz. */
const MIN_PCM_RATE = 4000;
const MAX_PCM_RATE = 48_000;

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
  return media.kind === 'audio' ? findSound(media) : undefined;
}

function findSound({ encoding, clockRate, channels, fmtp }: CodecFacts): SupportedEncoding | undefined {
  switch (encoding) {
    case 'MPEG4-GENERIC':
      return isAacMode(fmtp.get('mode')) ? encoding : undefined;
    case 'MP4A-LATM':
    case 'OPUS':
      return encoding;
    case 'PCMU':
    case 'PCMA':
    case 'L16':
    case 'PCM':
      return clockRate >= MIN_PCM_RATE && clockRate <= MAX_PCM_RATE && channels <= 2 ? encoding : undefined;
    default:
      return undefined;
  }
}

/** AAC modes of RFC 3640 sections 3.3.5 and 3.3.6, also with an underscore; cameras that leave `mode` out send AAC-hbr. */
function isAacMode(mode: string | undefined): boolean {
  return /^(?:aac[-_](?:hbr|lbr))?$/i.test(mode ?? '');
}
