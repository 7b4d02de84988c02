/** The checksums of FLAC frames (RFC 9639 sections 9.1.8 and 9.3). */

const CRC_8 = makeTable(8, 0x07);
const CRC_16 = makeTable(16, 0x8005);

/** CRC-8 of `bytes[0, end)`, polynomial x^8 + x^2 + x + 1. */
export function crc8(bytes: Uint8Array, end: number): number {
  let crc = 0;
  for (let at = 0; at < end; at++) crc = CRC_8[crc ^ (bytes[at] ?? 0)] ?? 0;
  return crc;
}

/** CRC-16 of `bytes[0, end)`, polynomial x^16 + x^15 + x^2 + 1. */
export function crc16(bytes: Uint8Array, end: number): number {
  let crc = 0;
  for (let at = 0; at < end; at++) {
    crc = ((crc << 8) & 0xff00) ^ (CRC_16[(crc >>> 8) ^ (bytes[at] ?? 0)] ?? 0);
  }
  return crc;
}

function makeTable(width: number, polynomial: number): Uint16Array {
  const table = new Uint16Array(256);
  const top = 2 ** (width - 1);
  const mask = 2 ** width - 1;
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << (width - 8);
    for (let bit = 0; bit < 8; bit++) crc = (crc & top) === 0 ? crc << 1 : ((crc << 1) ^ polynomial) & mask;
    table[byte] = crc & mask;
  }
  return table;
}
