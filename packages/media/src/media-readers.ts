/**
 * Which reader takes the packets of a track: the one list of payload formats that the engine carries. What is named here
 * is set up; everything else is only described.
 */
import { readAacFormat } from './aac/aac-format.ts';
import { AacReader } from './aac/aac-reader.ts';
import type { AudioFormat, AudioFrameSink, AudioReader } from './audio/audio-frame.ts';
import type { MediaDescription } from './media-description.ts';
import { MediaError } from './media-error.ts';
import { JpegReader } from './rtp-jpeg/jpeg-reader.ts';
import { findSupportedEncoding } from './rtsp/codec-support.ts';
import type { AccessUnitSink, VideoReader } from './video/access-unit.ts';
import { SniffingReader } from './video/sniffing-reader.ts';

/** An audio track that can be carried. */
export interface AudioTrack {
  readonly format: AudioFormat;
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
  switch (findSupportedEncoding(media)) {
    case 'MPEG4-GENERIC': {
      const format = readAacFormat(media);
      const frameTicks = Math.round((format.frameTicks * media.clockRate) / format.config.timescale);
      return { format, open: (sink) => new AacReader(media.fmtp, frameTicks, sink) };
    }
    default:
      throw unsupported(media);
  }
}

function unsupported(media: MediaDescription): MediaError {
  return new MediaError('CODEC_UNSUPPORTED', `${media.encoding || media.kind} cannot be carried`);
}
