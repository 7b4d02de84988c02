/** profile_tier_level of VPS and SPS (ITU-T H.265 section 7.3.3): what a decoder must be able to do. */
import type { BitReader } from '../bytes/bit-reader.ts';

export interface ProfileTierLevel {
  /** 0..3; 0 in every stream of today. */
  readonly profileSpace: number;
  readonly isHighTier: boolean;
  /** 1 Main, 2 Main 10, 3 Main Still Picture, 4 range extensions, … */
  readonly profileIdc: number;
  /** general_profile_compatibility_flag[0..31], [0] in the top bit. */
  readonly compatibilityFlags: number;
  /** The six bytes from general_progressive_source_flag on. */
  readonly constraintBytes: readonly number[];
  /** 30 times the level: 93 is 3.1. */
  readonly levelIdc: number;
}

/**
 * Reads the general part and steps over those of the sub-layers.
 * @param maxSubLayers sps_max_sub_layers_minus1 + 1.
 * @throws MediaError
 */
export function readProfileTierLevel(reader: BitReader, maxSubLayers: number): ProfileTierLevel {
  const general = {
    profileSpace: reader.readBits(2),
    isHighTier: reader.readFlag(),
    profileIdc: reader.readBits(5),
    compatibilityFlags: reader.readBits(32),
    constraintBytes: Array.from({ length: 6 }, () => reader.readBits(8)),
    levelIdc: reader.readBits(8),
  };
  skipSubLayers(reader, maxSubLayers - 1);
  return general;
}

function skipSubLayers(reader: BitReader, count: number): void {
  let bits = 0;
  for (let layer = 0; layer < count; layer++) {
    if (reader.readFlag()) bits += 88; // profile
    if (reader.readFlag()) bits += 8; // level
  }
  if (count > 0) reader.skipBits(2 * (8 - count)); // reserved_zero_2bits
  reader.skipBits(bits);
}
