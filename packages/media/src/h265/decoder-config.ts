/**
 * What a decoder must know beforehand: HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 section 8.3.3.1), the codec
 * string (ISO/IEC 14496-15 annex E.3), and both together as the engine's VideoConfig.
 */
import { VIDEO_TIMESCALE, type VideoConfig } from '../sample.ts';
import { NAL } from './nal.ts';
import type { Sps } from './sps.ts';

/** The NAL units of a configuration: its one VPS, its one SPS, the PPS that belong to it. */
export interface SetUnits {
  readonly vps: Buffer;
  readonly sps: Buffer;
  readonly pps: readonly Buffer[];
}

/** Encodes the record with 4-byte NAL unit lengths; all sets are in it, none in the samples (`hvc1`). */
export function encodeDecoderConfig(sps: Sps, units: SetUnits): Buffer {
  const { profile } = sps;
  const tier = (profile.profileSpace << 6) | (profile.isHighTier ? 0x20 : 0) | profile.profileIdc;
  const head = Buffer.alloc(23);
  head[0] = 1;
  head[1] = tier;
  head.writeUInt32BE(profile.compatibilityFlags, 2);
  Buffer.from(profile.constraintBytes).copy(head, 6);
  head[12] = profile.levelIdc;
  head.writeUInt16BE(0xf000 | (sps.vui?.minSpatialSegmentation ?? 0), 13);
  head[15] = 0xfc; // parallelismType: not said
  head[16] = 0xfc | sps.chromaFormatIdc;
  head[17] = 0xf8 | (sps.bitDepthLuma - 8);
  head[18] = 0xf8 | (sps.bitDepthChroma - 8);
  // 19, 20: average frame rate, not said
  head[21] = (sps.maxSubLayers << 3) | (sps.isTemporalIdNested ? 4 : 0) | 3;
  head[22] = 3;
  return Buffer.concat([
    head,
    encodeArray(NAL.vps, [units.vps]),
    encodeArray(NAL.sps, [units.sps]),
    encodeArray(NAL.pps, units.pps),
  ]);
}

/** Builds the track's configuration from its parameter sets. */
export function buildVideoConfig(sps: Sps, units: SetUnits): VideoConfig {
  return {
    kind: 'video',
    codec: 'h265',
    codecString: formatCodecString(sps),
    timescale: VIDEO_TIMESCALE,
    width: sps.width,
    height: sps.height,
    sampleAspectRatio: sps.vui?.sampleAspectRatio ?? [1, 1],
    announcedFps: sps.vui?.fps,
    colour: sps.vui?.colour,
    maxReorder: sps.maxReorderPictures,
    decoderConfig: encodeDecoderConfig(sps, units),
  };
}

/**
 * `hvc1.` and profile, compatibility flags in reverse bit order, tier and level, then the constraint bytes without zeros
 * at their end: `hvc1.1.6.L93.B0`.
 */
export function formatCodecString({ profile }: Pick<Sps, 'profile'>): string {
  const space = ['', 'A', 'B', 'C'][profile.profileSpace] ?? '';
  const constraints = [...profile.constraintBytes];
  while (constraints.at(-1) === 0) constraints.pop();
  return [
    'hvc1',
    `${space}${profile.profileIdc}`,
    hex(reverseBits(profile.compatibilityFlags)),
    `${profile.isHighTier ? 'H' : 'L'}${profile.levelIdc}`,
    ...constraints.map(hex),
  ].join('.');
}

function hex(value: number): string {
  return value.toString(16).toUpperCase();
}

function reverseBits(value: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 32; bit++) reversed = reversed * 2 + ((value >>> bit) & 1);
  return reversed;
}

function encodeArray(type: number, nals: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [Buffer.from([0x80 | type, nals.length >>> 8, nals.length & 0xff])]; // 0x80: complete
  for (const nal of nals) parts.push(Buffer.from([nal.length >>> 8, nal.length & 0xff]), nal);
  return Buffer.concat(parts);
}
