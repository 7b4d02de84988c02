/**
 * The tables that RTP/JPEG leaves out of the stream: quantisation for the quality factors 1 to 99 (RFC 2435 appendix A, from ITU-T T.81
 * annex K.1), and the Huffman tables of annex K.3.
 */

/** Luminance and chrominance at quality 50, in zigzag order. */
const LUMA = Buffer.from([
  16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58,
  51, 61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103,
  62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
]);
const CHROMA = Buffer.from([
  17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
]);

/** Both tables for a quality factor, 64 bytes each, zigzag order. @param quality 1 to 99; others are moved into that range. */
export function makeQuantisationTables(quality: number): Buffer {
  const factor = Math.min(99, Math.max(1, quality));
  const scale = factor < 50 ? Math.trunc(5000 / factor) : 200 - factor * 2;
  const tables = Buffer.concat([LUMA, CHROMA]);
  for (let index = 0; index < tables.length; index++) {
    const value = Math.trunc(((tables[index] ?? 0) * scale + 50) / 100);
    tables[index] = Math.min(255, Math.max(1, value));
  }
  return tables;
}

interface HuffmanTable {
  /** Class (0 DC, 1 AC) in the upper and destination in the lower half byte. */
  readonly id: number;
  /** Codes of each length, 1 to 16 bits. */
  readonly counts: readonly number[];
  readonly symbols: Buffer;
}

const DC_SYMBOLS = Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);

export const HUFFMAN_TABLES: readonly HuffmanTable[] = [
  { id: 0x00, counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], symbols: DC_SYMBOLS },
  {
    id: 0x10,
    counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d],
    symbols: Buffer.from(
      '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a' +
        '434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8' +
        'a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa',
      'hex',
    ),
  },
  { id: 0x01, counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], symbols: DC_SYMBOLS },
  {
    id: 0x11,
    counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77],
    symbols: Buffer.from(
      '000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a' +
        '434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7' +
        'a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa',
      'hex',
    ),
  },
];
