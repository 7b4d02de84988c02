/**
 * G.711 to 16-bit samples (ITU-T G.711, tables 1a to 2b; scaled to 16 bits as everybody does): tables, made once.
 *
 *   µ-law   all bits inverted      S EEE MMMM    ±((8·M + 132) · 2^E − 132)
 *   A-law   every other inverted   S EEE MMMM    ±(16·M + 8) for E = 0, else ±((16·M + 264) · 2^(E − 1)); S set is plus
 */

import type { G711Law } from '../sample.ts';

/** The byte that is silence. */
export const G711_SILENCE: Readonly<Record<G711Law, number>> = { PCMU: 0xff, PCMA: 0xd5 };

/** Added before the exponent, so that the steps of all segments fit together. */
const MU_BIAS = 132;

/** Sample of each µ-law byte, −32 124 to 32 124. */
export const MU_LAW: Int16Array = Int16Array.from({ length: 256 }, (_, byte) => decodeMuLaw(byte));
/** Sample of each A-law byte, −32 256 to 32 256. */
export const A_LAW: Int16Array = Int16Array.from({ length: 256 }, (_, byte) => decodeALaw(byte));

function decodeMuLaw(byte: number): number {
  const code = ~byte & 0xff;
  const exponent = (code >> 4) & 7;
  const magnitude = ((((code & 15) << 3) + MU_BIAS) << exponent) - MU_BIAS;
  return (code & 0x80) === 0 ? magnitude : -magnitude;
}

function decodeALaw(byte: number): number {
  const code = byte ^ 0x55;
  const exponent = (code >> 4) & 7;
  const mantissa = ((code & 15) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return (code & 0x80) === 0 ? -magnitude : magnitude;
}
