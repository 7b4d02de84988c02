/** NAL units of H.264: types (ITU-T H.264 table 7-1), emulation prevention, start codes (annex B). */

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

export const START_CODE = Buffer.from([0, 0, 1]);

/** Offset of the first start code `00 00 01` at or after `from`; -1 when there is none. */
export function findStartCode(bytes: Buffer, from = 0): number {
  return bytes.indexOf(START_CODE, from);
}

/**
 * Splits annex B bytes into NAL units: also bytes that begin without a start code, and whatever zeros stand around
 * start codes. Empty units are left out. The units are views; of more than `maxUnits` the first ones come back.
 */
export function splitAnnexB(bytes: Buffer, maxUnits = Infinity): Buffer[] {
  const units: Buffer[] = [];
  let begin = 0;
  while (begin < bytes.length && units.length < maxUnits) {
    const found = findStartCode(bytes, begin);
    const end = found === -1 ? bytes.length : found;
    const unit = trimTrailingZeros(bytes.subarray(begin, end));
    if (unit.length > 0) units.push(unit);
    if (found === -1) break;
    begin = found + START_CODE.length;
  }
  return units;
}

/** A NAL unit never ends in a zero byte (section 7.4.1): such bytes are padding. */
export function trimTrailingZeros(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}

/**
 * The payload of a NAL unit without its header byte and without emulation prevention bytes (section 7.3.1).
 * @param maxBytes no more than so many bytes of the unit are looked at.
 */
export function decodeRbsp(nal: Uint8Array, maxBytes = nal.length): Uint8Array {
  const end = Math.min(nal.length, maxBytes);
  const rbsp = new Uint8Array(Math.max(0, end - 1));
  let length = 0;
  let zeros = 0;
  for (let at = 1; at < end; at++) {
    const byte = nal[at] ?? 0;
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    rbsp[length++] = byte;
  }
  return rbsp.subarray(0, length);
}
