/** ADTS headers (ISO/IEC 14496-3 section 1.A.2.2), which some cameras leave on their RTP frames. */

/** Header and length of the ADTS frame at the start of `bytes`; undefined when there is none or it is cut off. */
export function findAdtsFrame(
  bytes: Buffer,
): { readonly headerBytes: number; readonly frameBytes: number } | undefined {
  const [first, second] = bytes;
  if (first !== 0xff || second === undefined || (second & 0xf6) !== 0xf0 || bytes.length < 7)
    return undefined;
  const hasChecksum = (second & 0x01) === 0;
  const headerBytes = hasChecksum ? 9 : 7;
  const frameBytes = (bytes.readUIntBE(3, 3) >>> 5) & 0x1fff; // 13 bits, across bytes 3 to 5
  return frameBytes > headerBytes && frameBytes <= bytes.length ? { headerBytes, frameBytes } : undefined;
}
