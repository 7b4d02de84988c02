/** The audio format of an AAC track from its media description. */
import type { AudioFormat } from '../audio/audio-frame.ts';
import { MediaError } from '../media-error.ts';
import type { MediaDescription } from '../media-description.ts';
import { encodeLowComplexityConfig, parseAudioSpecificConfig } from './audio-specific-config.ts';

/**
 * Reads `config` of the SDP's fmtp line; without one, AAC-LC at the rate and channels of `a=rtpmap`.
 * @throws MediaError `AUDIO_MALFORMED` or `CODEC_UNSUPPORTED`
 */
export function readAacFormat(media: MediaDescription): AudioFormat {
  const hex = media.fmtp.get('config') ?? '';
  const bytes = /^([0-9a-f]{2})+$/i.test(hex)
    ? Buffer.from(hex, 'hex')
    : encodeLowComplexityConfig(media.clockRate, media.channels);
  if (bytes === undefined) throw new MediaError('AUDIO_MALFORMED', 'the camera does not say what its AAC is');
  return parseAudioSpecificConfig(bytes, media.channels);
}
