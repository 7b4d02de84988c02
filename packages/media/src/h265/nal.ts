/** Types of the NAL units of H.265 (ITU-T H.265 table 7-1). */

/** Bytes of a NAL unit's header: forbidden bit, type (6), layer (6), temporal id plus 1 (3). */
export const HEADER_BYTES = 2;

export const NAL = {
  raslN: 8,
  raslR: 9,
  blaFirst: 16,
  blaLast: 18,
  cra: 21,
  vps: 32,
  sps: 33,
  pps: 34,
  accessUnitDelimiter: 35,
  endOfSequence: 36,
  endOfBitstream: 37,
  filler: 38,
  prefixSei: 39,
} as const;

/** Type of the NAL unit; 0 (a picture) for an empty one. */
export function nalType(nal: Uint8Array): number {
  return ((nal[0] ?? 0) >>> 1) & 0x3f;
}

/** Layer of the NAL unit: 0 is the picture everybody decodes, others refine it or are another view. */
export function nalLayer(nal: Uint8Array): number {
  return (((nal[0] ?? 0) & 1) << 5) | ((nal[1] ?? 0) >>> 3);
}

/** True for a unit that carries picture data. Types 10 to 15 and 22 to 31 are reserved. */
export function isSliceType(type: number): boolean {
  return type <= NAL.raslR || isRandomAccessType(type);
}

/** True for slices of pictures with which decoding can begin: BLA, IDR and CRA. */
export function isRandomAccessType(type: number): boolean {
  return type >= NAL.blaFirst && type <= NAL.cra;
}

/** True for a unit that begins the next access unit when it comes behind a slice (section 7.4.2.4.4). */
export function isBeforePictureType(type: number): boolean {
  const isNamed = (type >= NAL.vps && type <= NAL.accessUnitDelimiter) || type === NAL.prefixSei;
  return isNamed || (type >= 41 && type <= 44) || (type >= 48 && type <= 55);
}
