/** A FLAC decoder for the tests of this folder, written from RFC 9639 alone: it checks every field and both checksums bit by bit. */
import { BitReader } from '../bytes/bit-reader.ts';

export interface DecodedFrame {
  readonly number: number;
  readonly sampleRate: number;
  readonly channels: readonly (readonly number[])[];
  /** Types of the subframes: 0 constant, 1 verbatim, 8 and above fixed. */
  readonly types: readonly number[];
}

const RATES = [0, 88_200, 176_400, 192_000, 8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];

/** @throws Error when the frame breaks the format. */
export function decodeFlacFrame(bytes: Buffer): DecodedFrame {
  const reader = new BitReader(bytes, 'AUDIO_MALFORMED');
  check(reader.readBits(15) === 0x7ffc, 'sync code');
  check(!reader.readFlag(), 'fixed block size');
  const blockCode = reader.readBits(4);
  const rateCode = reader.readBits(4);
  const channelCount = reader.readBits(4) + 1;
  check(channelCount <= 2, 'independent channels');
  check(reader.readBits(3) === 4, '16 bits a sample');
  check(!reader.readFlag(), 'reserved bit');
  const number = readNumber(reader);
  check(blockCode === 7, 'block size in 16 bits');
  const blockSize = reader.readBits(16) + 1;
  const sampleRate =
    rateCode === 13
      ? reader.readBits(16)
      : rateCode === 14
        ? reader.readBits(16) * 10
        : (RATES[rateCode] ?? 0);
  check(reader.readBits(8) === remainder(bytes.subarray(0, (reader.position - 8) / 8), 8, 0x07), 'CRC-8');
  const types: number[] = [];
  const channels = Array.from({ length: channelCount }, () => readSubframe(reader, blockSize, types));
  reader.skipBits(-reader.position & 7);
  check(reader.bitsLeft === 16, 'the length');
  check(reader.readBits(16) === remainder(bytes.subarray(0, -2), 16, 0x8005), 'CRC-16');
  return { number, sampleRate, channels, types };
}

function readNumber(reader: BitReader): number {
  const lead = reader.readBits(8);
  if (lead < 0x80) return lead;
  const following = Math.clz32(~(lead << 24)) - 1;
  let number = lead & (0x3f >> following);
  for (let index = 0; index < following; index++) {
    check(reader.readBits(2) === 2, 'a byte of the number');
    number = number * 64 + reader.readBits(6);
  }
  return number;
}

function readSubframe(reader: BitReader, blockSize: number, types: number[]): number[] {
  check(!reader.readFlag(), 'the zero bit of a subframe');
  const type = reader.readBits(6);
  types.push(type);
  let wasted = 0;
  if (reader.readFlag())
    do wasted++;
    while (!reader.readFlag());
  const bits = 16 - wasted;
  const samples: number[] = [];
  if (type === 0) samples.push(...Array.from<number>({ length: blockSize }).fill(signed(reader, bits)));
  else if (type === 1) while (samples.length < blockSize) samples.push(signed(reader, bits));
  else readFixed(reader, blockSize, bits, type - 8, samples);
  return samples.map((sample) => sample * 2 ** wasted);
}

function readFixed(
  reader: BitReader,
  blockSize: number,
  bits: number,
  order: number,
  samples: number[],
): void {
  check(order >= 0 && order <= 4, 'the order');
  while (samples.length < order) samples.push(signed(reader, bits));
  check(reader.readBits(2) === 0, 'the residual method');
  const partitions = 2 ** reader.readBits(4);
  check(blockSize % partitions === 0, 'the partitions');
  for (let partition = 0; partition < partitions; partition++) {
    const parameter = reader.readBits(4);
    check(parameter < 15, 'no escape');
    const end = ((partition + 1) * blockSize) / partitions;
    while (samples.length < end) {
      let quotient = 0;
      while (!reader.readFlag()) quotient++;
      const folded = quotient * 2 ** parameter + reader.readBits(parameter);
      const residual = folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
      samples.push(residual + predict(samples, order));
    }
  }
}

function predict(samples: readonly number[], order: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [1, 2, 3, 4].map((back) => samples[samples.length - back]);
  return [0, a, 2 * a - b, 3 * a - 3 * b + c, 4 * a - 6 * b + 4 * c - d][order] ?? 0;
}

function signed(reader: BitReader, bits: number): number {
  const value = reader.readBits(bits);
  return value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
}

/** Long division, a bit at a time. */
function remainder(bytes: Buffer, width: number, polynomial: number): number {
  let crc = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const carry = ((crc >> (width - 1)) & 1) ^ ((byte >> bit) & 1);
      crc = ((crc << 1) & (2 ** width - 1)) ^ (carry === 1 ? polynomial : 0);
    }
  }
  return crc;
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not as it must be: ${what}`);
}
