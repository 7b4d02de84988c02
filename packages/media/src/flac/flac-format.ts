/**
 * What a FLAC track is to players: STREAMINFO (RFC 9639 section 8.2), which the `dfLa` box carries, and frames of one
 * length (Encapsulation of FLAC in ISO Base Media File Format, sections 3.3.2 and 3.3.3).
 */
import type { AudioFormat } from '../audio/audio-frame.ts';
import type { G711Law } from '../sample.ts';
import { encodeSilence } from './flac-encoder.ts';

/** Bits of every sample that we encode. */
const SAMPLE_BITS = 16;
const STREAMINFO_BYTES = 34;
/** Block type 0, last block of the metadata. */
const LAST_STREAMINFO = 0x80;
/** Frames a second: 40 ms, what cameras put into two packets or one. Longer frames delay, shorter ones cost bytes. */
const FRAMES_PER_SECOND = 25;

/**
 * The format of 16-bit sound sent as FLAC.
 * @param sampleRate Hz, 4000 to 192 000. @param channels 1 or 2.
 * @param g711 the law, where the bytes of G.711 go along (`AudioConfig.g711`).
 */
export function flacFormat(sampleRate: number, channels: number, g711?: G711Law): AudioFormat {
  const frameTicks = Math.round(sampleRate / FRAMES_PER_SECOND);
  return {
    config: {
      kind: 'audio',
      codec: 'flac',
      codecString: 'fLaC',
      timescale: sampleRate,
      sampleRate,
      channels,
      decoderConfig: encodeStreamInfo(sampleRate, channels, frameTicks),
      ...(g711 === undefined ? {} : { g711 }),
    },
    frameTicks,
    silence: encodeSilence({ sampleRate, channels, blockSize: frameTicks }),
  };
}

/** One metadata block with its header: block sizes, rate, channels, depth; sizes, length and MD5 of a live stream are 0, not known. */
function encodeStreamInfo(sampleRate: number, channels: number, blockSize: number): Buffer {
  const bytes = Buffer.alloc(4 + STREAMINFO_BYTES);
  bytes.writeUInt32BE(((LAST_STREAMINFO << 24) | STREAMINFO_BYTES) >>> 0, 0);
  bytes.writeUInt16BE(blockSize, 4);
  bytes.writeUInt16BE(blockSize, 6);
  // 20 bits of rate, 3 of channels less one, 5 of bits less one, and the upper 4 of the number of samples
  bytes.writeUInt32BE(((sampleRate << 12) | ((channels - 1) << 9) | ((SAMPLE_BITS - 1) << 4)) >>> 0, 14);
  return bytes;
}
