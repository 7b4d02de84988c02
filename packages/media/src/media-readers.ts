/**
 * Which reader takes the packets of a track: the one list of payload formats that the engine carries. What is named here
 * is set up; everything else is only described.
 */
import { readAacFormat } from './aac/aac-format.ts';
import { AacReader } from './aac/aac-reader.ts';
import type { AudioFormat, AudioFrameSink, AudioReader } from './audio/audio-frame.ts';
import { flacFormat } from './flac/flac-format.ts';
import { LatmReader } from './latm/latm-reader.ts';
import { readLatmTrack } from './latm/latm-track.ts';
import type { MediaDescription } from './media-description.ts';
import { MediaError } from './media-error.ts';
import { OPUS_FORMAT } from './opus/opus-format.ts';
import { OPUS_RATE } from './opus/opus-packet.ts';
import { OpusReader } from './opus/opus-reader.ts';
import { PCM_LAYOUTS } from './pcm/pcm-layout.ts';
import { PcmReader } from './pcm/pcm-reader.ts';
import { JpegReader } from './rtp-jpeg/jpeg-reader.ts';
import { findSupportedEncoding } from './rtsp/codec-support.ts';
import type { AccessUnitSink, VideoReader } from './video/access-unit.ts';
import { SniffingReader } from './video/sniffing-reader.ts';

/** An audio track that can be carried. */
export interface AudioTrack {
  /** RTP ticks a second, which is not always what the camera says. */
  readonly clockRate: number;
  /** Undefined when only the stream will tell: its frames say then what they are. */
  readonly format: AudioFormat | undefined;
  /** The reader of its packets. */
  open(sink: AudioFrameSink): AudioReader;
}

/** The reader of a video track. @throws MediaError `CODEC_UNSUPPORTED` */
export function createVideoReader(media: MediaDescription, sink: AccessUnitSink): VideoReader {
  const encoding = findSupportedEncoding(media);
  switch (encoding) {
    case 'H264':
    case 'H265':
      return new SniffingReader(encoding, media.fmtp, sink);
    case 'JPEG':
      return new JpegReader(media.dimensions, sink);
    default:
      throw unsupported(media);
  }
}

/**
 * What an audio track is, and its reader.
 * @throws MediaError `AUDIO_MALFORMED` or `CODEC_UNSUPPORTED` when the description does not say what to play.
 */
export function describeAudio(media: MediaDescription): AudioTrack {
  const { clockRate, channels } = media;
  const encoding = findSupportedEncoding(media);
  switch (encoding) {
    case 'MPEG4-GENERIC': {
      const format = readAacFormat(media);
      const ticksPerSecond = clockRate || format.config.timescale;
      const frameTicks = Math.round((format.frameTicks * ticksPerSecond) / format.config.timescale);
      return {
        clockRate: ticksPerSecond,
        format,
        open: (sink) => new AacReader(media.fmtp, frameTicks, sink),
      };
    }
    case 'MP4A-LATM': {
      const { format, reader } = readLatmTrack(media);
      return { clockRate: reader.clockRate, format, open: (sink) => new LatmReader(reader, sink) };
    }
    case 'OPUS':
      return { clockRate: OPUS_RATE, format: OPUS_FORMAT, open: (sink) => new OpusReader(sink) };
    case 'PCMU':
    case 'PCMA': {
      // WebRTC knows G.711 at 8 kHz with one channel, and nothing else of it.
      const isWebrtc = clockRate === 8000 && channels === 1;
      const format = flacFormat(clockRate, channels, isWebrtc ? encoding : undefined);
      return { clockRate, format, open: (sink) => new PcmReader(PCM_LAYOUTS[encoding], format, sink) };
    }
    case 'L16':
    case 'PCM': {
      const format = flacFormat(clockRate, channels);
      return { clockRate, format, open: (sink) => new PcmReader(PCM_LAYOUTS[encoding], format, sink) };
    }
    default:
      throw unsupported(media);
  }
}

function unsupported(media: MediaDescription): MediaError {
  return new MediaError('CODEC_UNSUPPORTED', `${media.encoding || media.kind} cannot be carried`);
}
