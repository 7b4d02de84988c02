/**
 * Letters for the bar that the simulator draws over a clip: 5×7 cells, capitals only, drawn for this project.
 * A glyph is seven rows of five bits, in hexadecimal, the leftmost cell in the highest bit.
 */
import type { BlockPicture } from './block-slice.ts';

export const GLYPH_WIDTH = 5;
export const GLYPH_HEIGHT = 7;
/** Cells from one letter to the next. */
export const GLYPH_ADVANCE = 6;

// oxfmt-ignore
const GLYPHS: Readonly<Record<string, string>> = {
  A: '0e 11 11 1f 11 11 11', B: '1e 11 11 1e 11 11 1e', C: '0e 11 10 10 10 11 0e', D: '1e 11 11 11 11 11 1e',
  E: '1f 10 10 1e 10 10 1f', F: '1f 10 10 1e 10 10 10', G: '0e 11 10 17 11 11 0e', H: '11 11 11 1f 11 11 11',
  I: '0e 04 04 04 04 04 0e', J: '07 02 02 02 02 12 0c', K: '11 12 14 18 14 12 11', L: '10 10 10 10 10 10 1f',
  M: '11 1b 15 15 11 11 11', N: '11 19 19 15 13 13 11', O: '0e 11 11 11 11 11 0e', P: '1e 11 11 1e 10 10 10',
  Q: '0e 11 11 11 15 12 0d', R: '1e 11 11 1e 14 12 11', S: '0f 10 10 0e 01 01 1e', T: '1f 04 04 04 04 04 04',
  U: '11 11 11 11 11 11 0e', V: '11 11 11 11 0a 0a 04', W: '11 11 11 15 15 1b 11', X: '11 11 0a 04 0a 11 11',
  Y: '11 11 0a 04 04 04 04', Z: '1f 01 02 04 08 10 1f',
  '0': '0e 11 13 15 19 11 0e', '1': '04 0c 04 04 04 04 0e', '2': '0e 11 01 06 08 10 1f', '3': '1e 01 01 0e 01 01 1e',
  '4': '02 06 0a 12 1f 02 02', '5': '1f 10 1e 01 01 11 0e', '6': '06 08 10 1e 11 11 0e', '7': '1f 01 02 04 04 08 08',
  '8': '0e 11 11 0e 11 11 0e', '9': '0e 11 11 0f 01 02 0c',
  ':': '00 04 04 00 04 04 00', '-': '00 00 00 0e 00 00 00', '.': '00 00 00 00 00 0c 0c', ',': '00 00 00 00 0c 04 08',
  '/': '01 01 02 04 08 10 10', '(': '02 04 08 08 08 04 02', ')': '08 04 02 02 02 04 08', "'": '04 04 08 00 00 00 00',
  '&': '0c 12 14 08 15 12 0d', '+': '00 04 04 1f 04 04 00', '#': '0a 0a 1f 0a 1f 0a 0a', '?': '0e 11 01 02 04 00 04',
  _: '00 00 00 00 00 00 1f', '@': '0e 11 17 15 17 10 0f', ' ': '00 00 00 00 00 00 00',
};

/** Cells that `text` takes. */
export function textWidth(text: string): number {
  return text.length === 0 ? 0 : text.length * GLYPH_ADVANCE - (GLYPH_ADVANCE - GLYPH_WIDTH);
}

/** Draws `text` in capitals, one block per cell; accents are dropped, what has no glyph becomes `?`, what does not fit is cut off. */
export function drawText(picture: BlockPicture, text: string, left: number, top: number, luma: number): void {
  const letters = text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toUpperCase();
  let x = left;
  for (const letter of letters) {
    const rows = (GLYPHS[letter] ?? GLYPHS['?'] ?? '').split(' ').map((row) => Number.parseInt(row, 16));
    rows.forEach((row, y) => {
      for (let column = 0; column < GLYPH_WIDTH; column++) {
        const inside = x + column >= 0 && x + column < picture.width && top + y < picture.height;
        if (inside && ((row >> (GLYPH_WIDTH - 1 - column)) & 1) === 1) {
          picture.luma[(top + y) * picture.width + x + column] = luma;
        }
      }
    });
    x += GLYPH_ADVANCE;
  }
}
