/** NAL units as bytes, whatever the codec: start codes (annex B of ITU-T H.264 and H.265) and emulation prevention. */

const START_CODE = Buffer.from([0, 0, 1]);

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
 * The payload of a NAL unit without its header and without emulation prevention bytes (section 7.3.1).
 * @param headerBytes 1 in H.264, 2 in H.265.
 * @param maxBytes no more than so many bytes of the unit are looked at.
 */
export function decodeRbsp(nal: Uint8Array, headerBytes: number, maxBytes = nal.length): Uint8Array {
  const end = Math.min(nal.length, maxBytes);
  const rbsp = new Uint8Array(Math.max(0, end - headerBytes));
  let length = 0;
  let zeros = 0;
  for (let at = headerBytes; at < end; at++) {
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

/**
 * Where a NAL unit really ends whose payload was read up to its last field: behind its stop bit (`rbsp_trailing_bits`,
 * section 7.3.2.11). Cameras write stray bytes behind it. Undefined when there is no stop bit at that place: then what
 * was read is not all, and nothing may be cut off.
 * @param rbspBits bits of the payload that were read.
 */
export function findUnitEnd(nal: Uint8Array, headerBytes: number, rbspBits: number): number | undefined {
  const stopByte = rbspBits >>> 3;
  let zeros = 0;
  let index = 0;
  for (let at = headerBytes; at < nal.length; at++) {
    const byte = nal[at] ?? 0;
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    if (index === stopByte) {
      const rest = (byte << (rbspBits & 7)) & 0xff;
      return rest === 0x80 ? at + 1 : undefined;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    index++;
  }
  return undefined;
}
