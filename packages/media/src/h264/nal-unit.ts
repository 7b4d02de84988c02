import { START_CODE } from './nal.ts';

/**
 * A NAL unit as it comes out of RTP: the header byte apart, the rest in pieces that are views into received bytes.
 * The pieces are copied once, into the access unit; until then nothing is.
 */
export interface NalUnit {
  /** The NAL header byte, rebuilt for fragmented units. */
  readonly header: number;
  /** What follows the header byte. */
  readonly pieces: readonly Buffer[];
  /** Bytes of header and pieces together. */
  readonly byteLength: number;
}

/** A unit that is in one piece. Undefined for no bytes at all. */
export function wholeNalUnit(bytes: Buffer): NalUnit | undefined {
  const header = bytes[0];
  return header === undefined ? undefined : { header, pieces: [bytes.subarray(1)], byteLength: bytes.length };
}

/** The type in the header byte (ITU-T H.264 table 7-1). */
export function nalUnitType(nal: NalUnit): number {
  return nal.header & 0x1f;
}

/** The unit's bytes in one new buffer, no more than `maxBytes` of them. */
export function flattenNalUnit(nal: NalUnit, maxBytes = nal.byteLength): Buffer {
  const flat = Buffer.allocUnsafe(Math.min(nal.byteLength, maxBytes));
  writeNalUnit(nal, flat, 0);
  return flat;
}

/** Copies the unit to `out` at `at`, as much as fits; returns the offset behind it. */
export function writeNalUnit(nal: NalUnit, out: Buffer, at: number): number {
  out[at] = nal.header;
  let end = at + 1;
  for (const piece of nal.pieces) {
    if (end >= out.length) break;
    end += piece.copy(out, end);
  }
  return end;
}

/** True when `00 00 01` stands anywhere in the unit: then it is several units, annex B in disguise. */
export function containsStartCode(nal: NalUnit): boolean {
  // The two bytes before the piece: a start code may lie across the seam.
  let before = 0xff;
  let last = nal.header;
  for (const piece of nal.pieces) {
    if (piece.indexOf(START_CODE) !== -1) return true;
    const [first, second] = piece;
    if (first === undefined) continue;
    if (before === 0 && last === 0 && first === 1) return true;
    if (last === 0 && first === 0 && second === 1) return true;
    before = piece.length > 1 ? (piece[piece.length - 2] ?? 0xff) : last;
    last = piece[piece.length - 1] ?? 0xff;
  }
  return false;
}
