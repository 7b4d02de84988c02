/**
 * Encodes 16-bit samples as FLAC frames of one size (RFC 9639 section 9), within the streamable subset (section 7): each
 * frame says all that a decoder needs. Lossless, without any state between frames but their number.
 *
 *   sync and sizes · frame number · CRC-8 · one subframe per channel · CRC-16
 */
import { BitSink } from './bit-sink.ts';
import { crc16, crc8 } from './crc.ts';
import { SubframeEncoder } from './subframe.ts';

export interface FlacShape {
  /** Hz. */
  readonly sampleRate: number;
  /** 1 or 2. */
  readonly channels: number;
  /** Samples per channel and frame, 16 to 65 535. */
  readonly blockSize: number;
}

const SAMPLE_BITS = 16;
/** Codes of rates that have one (table 16). */
const RATE_CODES: Readonly<Record<number, number>> = {
  8000: 4,
  16_000: 5,
  22_050: 6,
  24_000: 7,
  32_000: 8,
  44_100: 9,
  48_000: 10,
  96_000: 11,
};
const RATE_IN_HZ = 13;
const RATE_IN_TENS = 14;
const BLOCK_SIZE_IN_16_BITS = 7;
const DEPTH_16 = 4;
/** Frame numbers have 31 bits. */
const FRAME_NUMBERS = 2 ** 31;

export class FlacEncoder {
  readonly #shape: FlacShape;
  readonly #sink = new BitSink();
  readonly #subframe: SubframeEncoder;
  #number = 0;

  constructor(shape: FlacShape) {
    this.#shape = shape;
    this.#subframe = new SubframeEncoder(shape.blockSize);
  }

  /** Encodes the next frame. @param channels `blockSize` samples each, −32 768 to 32 767. @returns a buffer of its own. */
  encode(channels: readonly Int32Array[]): Buffer {
    const sink = this.#sink;
    sink.reset();
    writeFrameHeader(sink, this.#shape, this.#number);
    this.#number = (this.#number + 1) % FRAME_NUMBERS;
    for (const samples of channels) this.#subframe.write(sink, samples, SAMPLE_BITS);
    sink.align();
    sink.bits(crc16(sink.bytes, sink.byteLength), 16);
    return Buffer.from(sink.bytes);
  }
}

/** A frame of silence, numbered 0: where it is put, its container says what time it is. */
export function encodeSilence(shape: FlacShape): Buffer {
  const zeros = new Int32Array(shape.blockSize);
  return new FlacEncoder(shape).encode(Array.from({ length: shape.channels }, () => zeros));
}

/** Section 9.1; the fixed-size strategy. Rates without a code follow the frame number, in Hz or in tens of Hz. */
function writeFrameHeader(
  sink: BitSink,
  { sampleRate, channels, blockSize }: FlacShape,
  number: number,
): void {
  const isTens = sampleRate > 0xffff;
  const rateCode = RATE_CODES[sampleRate] ?? (isTens ? RATE_IN_TENS : RATE_IN_HZ);
  sink.bits(0xfff8, 16);
  sink.bits((BLOCK_SIZE_IN_16_BITS << 4) | rateCode, 8);
  sink.bits(((channels - 1) << 4) | (DEPTH_16 << 1), 8);
  writeCodedNumber(sink, number);
  sink.bits(blockSize - 1, 16);
  if (rateCode === RATE_IN_HZ) sink.bits(sampleRate, 16);
  if (rateCode === RATE_IN_TENS) sink.bits(sampleRate / 10, 16);
  sink.bits(crc8(sink.bytes, sink.byteLength), 8);
}

/** The frame number as UTF-8 would write a character of up to 36 bits (section 9.1.5). */
function writeCodedNumber(sink: BitSink, number: number): void {
  if (number < 0x80) {
    sink.bits(number, 8);
    return;
  }
  let following = 1;
  while (number >= 2 ** (6 * following + 6 - following)) following++;
  const lead = (0xff << (7 - following)) & 0xff;
  sink.bits(lead | Math.floor(number / 2 ** (6 * following)), 8);
  for (let at = following - 1; at >= 0; at--) {
    sink.bits(0x80 | (Math.floor(number / 2 ** (6 * at)) & 0x3f), 8);
  }
}
