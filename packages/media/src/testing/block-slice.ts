/**
 * A tiny H.264 slice encoder (ISO 14496-10 sections 7.3.4, 8.3.3, 8.5.10, 9.2; Constrained Baseline, CAVLC) for drawings made of 4×4
 * blocks of one grey each: letters of the burnt-in clock, clock bits, the synthetic test clip.
 *
 * Every macroblock is either P_Skip or Intra16x16 with DC prediction and only the luma DC levels:
 *
 *   16 grey values ──minus the prediction──► 4×4 Hadamard ──► 16 levels ──CAVLC──► 2..40 bytes
 *
 * No AC, no chroma (always 128), no I_PCM, so each neighbour has zero coefficients and a single coeff_token table is enough.
 * Quantiser 22 makes one level step half a grey step: f = H·c, pixel = pred + ((f + 1) >> 1).
 */
import type { BitWriter } from './bit-writer.ts';

/** The quantiser all slices of this encoder use. */
export const BLOCK_SLICE_QP = 22;

/** A drawing in 4×4 blocks, luma 0..255, row by row; width and height in blocks, multiples of 4. */
export interface BlockPicture {
  readonly width: number;
  readonly height: number;
  readonly luma: Uint8Array;
}

export function createBlockPicture(width: number, height: number, luma = 0): BlockPicture {
  return { width, height, luma: new Uint8Array(width * height).fill(luma) };
}

/**
 * Writes the slice_data of a slice that starts at the picture's first macroblock and covers `wanted`.
 * @param decoded what the decoder holds for this area before the picture; updated to what it will hold afterwards. Ignored when `intra`.
 * @param intra an I slice (everything is coded); otherwise only macroblocks whose wanted blocks changed are, the rest is skipped.
 * @param shown the drawing of the previous picture: a macroblock is coded when `wanted` differs from it.
 */
export function writeBlockSlice(
  writer: BitWriter,
  wanted: BlockPicture,
  shown: BlockPicture,
  decoded: BlockPicture,
  intra: boolean,
): void {
  let skipped = 0;
  for (let y = 0; y < wanted.height; y += 4) {
    for (let x = 0; x < wanted.width; x += 4) {
      if (!intra && sameMacroblock(wanted, shown, x, y)) {
        skipped++;
        continue;
      }
      if (!intra) writer.unsigned(skipped); // mb_skip_run
      skipped = 0;
      // mb_type I_16x16_2_0_0 is 3 in an I slice and 5 + 3 in a P slice; intra_chroma_pred_mode 0 (DC); mb_qp_delta 0.
      writer
        .unsigned(intra ? 3 : 8)
        .unsigned(0)
        .signed(0);
      writeMacroblock(writer, wanted, decoded, x, y);
    }
  }
  if (!intra && skipped > 0) writer.unsigned(skipped);
}

function sameMacroblock(a: BlockPicture, b: BlockPicture, x: number, y: number): boolean {
  for (let row = y; row < y + 4; row++) {
    for (let column = x; column < x + 4; column++) {
      const at = row * a.width + column;
      if (a.luma[at] !== b.luma[at]) return false;
    }
  }
  return true;
}

/** Scratch of `writeMacroblock`: it runs to completion, and thousands of times a second in the simulator. */
const target = new Int32Array(16);
const half = new Int32Array(16);
const levels = new Int32Array(16);
const restored = new Int32Array(16);

function writeMacroblock(
  writer: BitWriter,
  wanted: BlockPicture,
  decoded: BlockPicture,
  x: number,
  y: number,
): void {
  const prediction = predictDc(decoded, x, y);
  for (let at = 0; at < 16; at++) {
    const grey = wanted.luma[(y + (at >> 2)) * wanted.width + x + (at & 3)] ?? 0;
    target[at] = 2 * (grey - prediction);
  }
  hadamard(target, levels);
  for (let at = 0; at < 16; at++) levels[at] = Math.round((levels[at] ?? 0) / 16);
  hadamard(levels, restored);
  for (let at = 0; at < 16; at++) {
    const grey = prediction + (((restored[at] ?? 0) + 1) >> 1);
    decoded.luma[(y + (at >> 2)) * decoded.width + x + (at & 3)] = Math.max(0, Math.min(255, grey));
  }
  writeLevels(writer, levels);
}

/** Intra_16x16_DC (8.3.3.3): the mean of the row above and the column to the left, as far as they are in the slice. */
function predictDc(decoded: BlockPicture, x: number, y: number): number {
  let sum = 0;
  let blocks = 0;
  for (let step = 0; step < 4; step++) {
    if (x > 0) {
      sum += decoded.luma[(y + step) * decoded.width + x - 1] ?? 0;
      blocks++;
    }
    if (y > 0) {
      sum += decoded.luma[(y - 1) * decoded.width + x + step] ?? 0;
      blocks++;
    }
  }
  if (blocks === 0) return 128;
  const pixels = blocks * 4;
  return (sum * 4 + pixels / 2) >> (blocks === 8 ? 5 : 4);
}

/** The 4×4 Hadamard transform without scaling; its own inverse times 16. */
function hadamard(values: Int32Array, out: Int32Array): void {
  for (let row = 0; row < 4; row++) butterfly(values, half, row * 4, 1);
  for (let column = 0; column < 4; column++) butterfly(half, out, column, 4);
}

function butterfly(from: Int32Array, to: Int32Array, start: number, step: number): void {
  const a = from[start] ?? 0;
  const b = from[start + step] ?? 0;
  const c = from[start + 2 * step] ?? 0;
  const d = from[start + 3 * step] ?? 0;
  to[start] = a + b + c + d;
  to[start + step] = a + b - c - d;
  to[start + 2 * step] = a - b - c + d;
  to[start + 3 * step] = a - b + c - d;
}

/** residual_block_cavlc for 16 levels, given row by row, with nC 0 (9.2). */
function writeLevels(writer: BitWriter, blockLevels: Int32Array): void {
  const values: number[] = [];
  const runs: number[] = [];
  let run = 0;
  for (const at of ZIGZAG) {
    const level = blockLevels[at] ?? 0;
    if (level === 0) {
      run++;
      continue;
    }
    values.push(level);
    runs.push(run);
    run = 0;
  }
  const total = values.length;
  let trailing = 0;
  while (trailing < Math.min(3, total) && Math.abs(values[total - 1 - trailing] ?? 0) === 1) trailing++;
  writer.bits(TOKEN_BITS[total * 4 + trailing] ?? 0, TOKEN_LENGTH[total * 4 + trailing] ?? 0);
  if (total === 0) return;
  for (let at = 0; at < trailing; at++) writer.flag((values[total - 1 - at] ?? 0) < 0);
  let suffixLength = total > 10 && trailing < 3 ? 1 : 0;
  for (let at = trailing; at < total; at++) {
    const level = values[total - 1 - at] ?? 0;
    let code = level > 0 ? 2 * level - 2 : -2 * level - 1;
    if (at === trailing && trailing < 3) code -= 2;
    writeLevel(writer, code, suffixLength);
    if (suffixLength === 0) suffixLength = 1;
    if (Math.abs(level) > 3 << (suffixLength - 1) && suffixLength < 6) suffixLength++;
  }
  const zeros = runs.reduce((sum, value) => sum + value, 0);
  if (total < 16) writeCode(writer, TOTAL_ZEROS[total - 1]?.[zeros]);
  let left = zeros;
  for (let at = total - 1; at > 0 && left > 0; at--) {
    const before = runs[at] ?? 0;
    writeCode(writer, RUN_BEFORE[Math.min(left, 7) - 1]?.[before]);
    left -= before;
  }
}

/** level_prefix and level_suffix (9.2.2.1). */
function writeLevel(writer: BitWriter, code: number, suffixLength: number): void {
  if (suffixLength === 0 && code < 14) {
    writer.bits(1, code + 1);
  } else if (suffixLength === 0 && code < 30) {
    writer.bits(1, 15).bits(code - 14, 4);
  } else if (suffixLength > 0 && code < 15 << suffixLength) {
    writer.bits(1, (code >> suffixLength) + 1).bits(code & ((1 << suffixLength) - 1), suffixLength);
  } else {
    const escape = code - (15 << suffixLength) - (suffixLength === 0 ? 15 : 0);
    writer.bits(1, 16).bits(escape, 12);
  }
}

/** Codes in the tables are text: the bits themselves. */
function writeCode(writer: BitWriter, code: string | undefined): void {
  if (code === undefined) throw new Error('a code that the table does not hold');
  writer.bits(Number.parseInt(code, 2), code.length);
}

const ZIGZAG = [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];

/** Table 9-5, column 0 <= nC < 2, at [TotalCoeff * 4 + TrailingOnes]. */
// oxfmt-ignore
const TOKEN_LENGTH = [
  1, 0, 0, 0, 6, 2, 0, 0, 8, 6, 3, 0, 9, 8, 7, 5, 10, 9, 8, 6, 11, 10, 9, 7, 13, 11, 10, 8, 13, 13, 11, 9, 13, 13, 13, 10,
  14, 14, 13, 11, 14, 14, 14, 13, 15, 15, 14, 14, 15, 15, 15, 14, 16, 15, 15, 15, 16, 16, 16, 15, 16, 16, 16, 16, 16, 16, 16, 16,
];
// oxfmt-ignore
const TOKEN_BITS = [
  1, 0, 0, 0, 5, 1, 0, 0, 7, 4, 1, 0, 7, 6, 5, 3, 7, 6, 5, 3, 7, 6, 5, 4, 15, 6, 5, 4, 11, 14, 5, 4, 8, 10, 13, 4,
  15, 14, 9, 4, 11, 10, 13, 12, 15, 14, 9, 12, 11, 10, 13, 8, 15, 1, 9, 12, 11, 14, 13, 8, 7, 10, 9, 12, 4, 6, 5, 8,
];

/** Tables 9-7 and 9-8 at [TotalCoeff - 1][total_zeros]. */
const TOTAL_ZEROS: readonly (readonly string[])[] = [
  '1 011 010 0011 0010 00011 00010 000011 000010 0000011 0000010 00000011 00000010 000000011 000000010 000000001',
  '111 110 101 100 011 0101 0100 0011 0010 00011 00010 000011 000010 000001 000000',
  '0101 111 110 101 0100 0011 100 011 0010 00011 00010 000001 00001 000000',
  '00011 111 0101 0100 110 101 100 0011 011 0010 00010 00001 00000',
  '0101 0100 0011 111 110 101 100 011 0010 00001 0001 00000',
  '000001 00001 111 110 101 100 011 010 0001 001 000000',
  '000001 00001 101 100 011 11 010 0001 001 000000',
  '000001 0001 00001 011 11 10 010 001 000000',
  '000001 000000 0001 11 10 001 01 00001',
  '00001 00000 001 11 10 01 0001',
  '0000 0001 001 010 1 011',
  '0000 0001 01 1 001',
  '000 001 1 01',
  '00 01 1',
  '0 1',
].map((row) => row.split(' '));

/** Table 9-10 at [min(zerosLeft, 7) - 1][run_before]. */
const RUN_BEFORE: readonly (readonly string[])[] = [
  '1 0',
  '1 01 00',
  '11 10 01 00',
  '11 10 01 001 000',
  '11 10 011 010 001 000',
  '11 000 001 011 010 101 100',
  '111 110 101 100 011 010 001 0001 00001 000001 0000001 00000001 000000001 0000000001 00000000001',
].map((row) => row.split(' '));
