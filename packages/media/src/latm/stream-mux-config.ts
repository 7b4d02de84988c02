/**
 * StreamMuxConfig of LATM (ISO/IEC 14496-3 section 1.7.3.1): how AAC frames lie in an AudioMuxElement, and which AAC it is.
 * One program with one layer is read, which is all that RTP cameras send; the syntax allows many.
 */
import {
  measureExtension,
  parseAudioSpecificConfig,
  readAudioSpecificConfig,
} from '../aac/audio-specific-config.ts';
import type { AudioFormat } from '../audio/audio-frame.ts';
import { BitReader } from '../bytes/bit-reader.ts';
import { MediaError } from '../media-error.ts';

export interface StreamMuxConfig {
  readonly format: AudioFormat;
  /** AAC frames in each AudioMuxElement, 1 to 64. */
  readonly subFrames: number;
  /** Bits of a frame, where all have one length; undefined when each states its own. */
  readonly fixedFrameBits: number | undefined;
  /** Bits of other data behind the frames. */
  readonly otherDataBits: number;
}

/** otherDataLenBits is written a byte at a time; nobody needs more than two. */
const MAX_LENGTH_BYTES = 4;
/** Bits of frameLengthType 0 and the flags behind it. */
const LENGTH_TYPE_BITS = 3 + 8 + 2;

/**
 * Reads the configuration from the reader's position on.
 * @param bytes what the reader reads: the AAC configuration inside is copied out of it.
 * @param fallbackChannels of `a=rtpmap`.
 * @throws MediaError `AUDIO_MALFORMED` or `CODEC_UNSUPPORTED`
 */
export function readStreamMuxConfig(
  reader: BitReader,
  bytes: Buffer,
  fallbackChannels: number,
): StreamMuxConfig {
  const version = reader.readBits(1);
  if (version === 1 && reader.readFlag()) throw unsupported('a future version of LATM');
  if (version === 1) readLatmValue(reader); // taraBufferFullness
  if (!reader.readFlag()) throw unsupported('LATM whose streams differ in timing');
  const subFrames = reader.readBits(6) + 1;
  if (reader.readBits(4) !== 0 || reader.readBits(3) !== 0) throw unsupported('LATM with several layers');
  const format = readFormat(reader, bytes, version, fallbackChannels);
  // GStreamer's description ends here.
  if (reader.bitsLeft < LENGTH_TYPE_BITS) {
    return { format, subFrames, fixedFrameBits: undefined, otherDataBits: 0 };
  }
  const fixedFrameBits = readFrameLength(reader);
  const otherDataBits = reader.readFlag() ? readOtherDataBits(reader, version) : 0;
  if (reader.readFlag()) reader.skipBits(8); // checksum
  return { format, subFrames, fixedFrameBits, otherDataBits };
}

/** The AudioSpecificConfig, which stands at any bit. Version 0 does not say how long it is. */
function readFormat(
  reader: BitReader,
  bytes: Buffer,
  version: number,
  fallbackChannels: number,
): AudioFormat {
  const statedBits = version === 1 ? readLatmValue(reader) : undefined;
  const start = reader.position;
  const { channelConfiguration } = readAudioSpecificConfig(reader);
  if (statedBits === undefined && channelConfiguration === 0) {
    throw unsupported('LATM with a program config element');
  }
  const readBits = reader.position - start;
  const bits = statedBits ?? readBits + findExtension(bytes, reader.position);
  if (bits < readBits) throw new MediaError('AUDIO_MALFORMED', 'the AAC configuration in LATM is cut off');
  reader.skipBits(bits - readBits);
  return parseAudioSpecificConfig(copyBits(bytes, start, bits), fallbackChannels);
}

/**
 * What follows a configuration of version 0 may be its extension, although nothing says so: GStreamer copies it there. It
 * begins with a frame length type that does not exist, so nothing else is taken for it.
 */
function findExtension(bytes: Buffer, position: number): number {
  const ahead = new BitReader(bytes, 'AUDIO_MALFORMED');
  ahead.skipBits(position);
  return measureExtension(ahead);
}

/** frameLengthType 0: each frame states its length; 1: all have the one stated here (section 1.7.3.2.3). */
function readFrameLength(reader: BitReader): number | undefined {
  const type = reader.readBits(3);
  if (type === 0) {
    reader.skipBits(8); // latmBufferFullness
    return undefined;
  }
  if (type === 1) return (reader.readBits(9) + 20) * 8;
  throw unsupported('a LATM payload that is not AAC');
}

function readOtherDataBits(reader: BitReader, version: number): number {
  if (version === 1) return readLatmValue(reader);
  let bits = 0;
  for (let count = 0; count < MAX_LENGTH_BYTES; count++) {
    const isFollowed = reader.readFlag();
    bits = bits * 256 + reader.readBits(8);
    if (!isFollowed) return bits;
  }
  throw new MediaError('AUDIO_MALFORMED', 'the length of other data in LATM has no end');
}

/** LatmGetValue: one to four bytes. */
function readLatmValue(reader: BitReader): number {
  return reader.readBits((reader.readBits(2) + 1) * 8);
}

/** `count` bits from bit `start` on, as bytes with zeros at the end. @throws MediaError when they are not all there. */
export function copyBits(bytes: Buffer, start: number, count: number): Buffer {
  if (start + count > bytes.length * 8) throw new MediaError('AUDIO_MALFORMED', 'LATM ends within a frame');
  const out = Buffer.alloc(Math.ceil(count / 8));
  const shift = start & 7;
  let from = start >>> 3;
  for (let at = 0; at < out.length; at++, from++) {
    out[at] = ((bytes[from] ?? 0) << shift) | ((bytes[from + 1] ?? 0) >>> (8 - shift));
  }
  const spare = out.length * 8 - count;
  if (spare > 0) out[out.length - 1] = (out.at(-1) ?? 0) & (0xff << spare);
  return out;
}

function unsupported(what: string): MediaError {
  return new MediaError('CODEC_UNSUPPORTED', `${what} cannot be carried`);
}
