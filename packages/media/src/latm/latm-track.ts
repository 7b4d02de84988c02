/** What the SDP says of an MP4A-LATM track (RFC 6416 section 7.3). */
import type { AudioFormat } from '../audio/audio-frame.ts';
import { BitReader } from '../bytes/bit-reader.ts';
import type { MediaDescription } from '../media-description.ts';
import { MediaError } from '../media-error.ts';
import type { LatmReaderOptions } from './latm-reader.ts';
import { readStreamMuxConfig, type StreamMuxConfig } from './stream-mux-config.ts';

/** Section 7.3: the clock where `a=rtpmap` leaves it out. */
const DEFAULT_CLOCK_RATE = 90_000;

export interface LatmTrack {
  /** Undefined when only the stream will tell. */
  readonly format: AudioFormat | undefined;
  readonly reader: LatmReaderOptions;
}

/**
 * Reads `config` and `cpresent`. A configuration that cannot be read does not matter where the stream brings its own.
 * @throws MediaError `AUDIO_MALFORMED` or `CODEC_UNSUPPORTED`
 */
export function readLatmTrack(media: MediaDescription): LatmTrack {
  const isConfigInBand = media.fmtp.get('cpresent')?.trim() !== '0'; // default 1
  const hex = media.fmtp.get('config') ?? '';
  let config: StreamMuxConfig | undefined;
  try {
    if (/^([0-9a-f]{2})+$/i.test(hex)) {
      const bytes = Buffer.from(hex, 'hex');
      config = readStreamMuxConfig(new BitReader(bytes, 'AUDIO_MALFORMED'), bytes, media.channels);
    }
  } catch (error) {
    if (!(error instanceof MediaError) || !isConfigInBand) throw error;
  }
  if (config === undefined && !isConfigInBand) {
    throw new MediaError('AUDIO_MALFORMED', 'the camera does not say what its AAC is');
  }
  const { channels } = media;
  const clockRate = media.clockRate || DEFAULT_CLOCK_RATE;
  return { format: config?.format, reader: { config, isConfigInBand, clockRate, channels } };
}
