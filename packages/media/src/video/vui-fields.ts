/** The fields with which the video usability information of H.264 and of H.265 begins (annex E of both): the same in both. */
import type { BitReader } from '../bytes/bit-reader.ts';
import type { ColourDescription } from '../sample.ts';

/** aspect_ratio_idc 1..16 (table E-1 of both). */
const ASPECT_RATIOS: readonly (readonly [number, number])[] = [
  [1, 1],
  [12, 11],
  [10, 11],
  [16, 11],
  [40, 33],
  [24, 11],
  [20, 11],
  [32, 11],
  [80, 33],
  [18, 11],
  [15, 11],
  [64, 33],
  [160, 99],
  [4, 3],
  [3, 2],
  [2, 1],
];
const EXTENDED_SAR = 255;
const UNSPECIFIED = 2;
/** A camera that says more does not know. */
export const MAX_BELIEVABLE_FPS = 240;

/** From aspect_ratio_info_present_flag on. Undefined when it is absent or absurd. @throws MediaError */
export function readAspectRatio(reader: BitReader): readonly [number, number] | undefined {
  if (!reader.readFlag()) return undefined;
  const idc = reader.readBits(8);
  if (idc !== EXTENDED_SAR) return ASPECT_RATIOS[idc - 1];
  const horizontal = reader.readBits(16);
  const vertical = reader.readBits(16);
  const believable =
    horizontal > 0 && vertical > 0 && horizontal <= vertical * 8 && vertical <= horizontal * 8;
  return believable ? [horizontal, vertical] : undefined;
}

/** From video_signal_type_present_flag on. @throws MediaError */
export function readColour(reader: BitReader): ColourDescription | undefined {
  if (!reader.readFlag()) return undefined;
  reader.skipBits(3); // video_format
  const fullRange = reader.readFlag();
  if (!reader.readFlag()) {
    return fullRange
      ? { primaries: UNSPECIFIED, transfer: UNSPECIFIED, matrix: UNSPECIFIED, fullRange }
      : undefined;
  }
  return {
    primaries: reader.readBits(8),
    transfer: reader.readBits(8),
    matrix: reader.readBits(8),
    fullRange,
  };
}
