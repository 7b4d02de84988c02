/** Types of the NAL units of H.264 (ITU-T H.264 table 7-1). */

/** Bytes of a NAL unit's header. */
export const HEADER_BYTES = 1;

export const NAL = {
  slice: 1,
  partitionA: 2,
  partitionC: 4,
  idrSlice: 5,
  sei: 6,
  sps: 7,
  pps: 8,
  accessUnitDelimiter: 9,
  endOfSequence: 10,
  endOfStream: 11,
  filler: 12,
} as const;

/** Type of the NAL unit that starts with `header`; 0 for an empty unit. */
export function nalType(nal: Uint8Array): number {
  return (nal[0] ?? 0) & 0x1f;
}

/** True for a unit that carries picture data. */
export function isSliceType(type: number): boolean {
  return type >= NAL.slice && type <= NAL.idrSlice;
}

/**
 * True for a unit that can only stand before the first slice of a picture: coming after a slice it begins the next
 * access unit (section 7.4.1.2.3), and an access unit never ends with it.
 */
export function isBeforePictureType(type: number): boolean {
  return (type >= NAL.sei && type <= NAL.accessUnitDelimiter) || (type >= 14 && type <= 18);
}
