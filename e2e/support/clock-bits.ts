/**
 * The clock in the picture: 48 cells across the top of the frame, black or white, most significant bit first.
 * 44 bits are UTC milliseconds, the last four check them (sum of the eleven 4-bit groups, modulo 16), so that a
 * half-decoded picture is not taken for a time. Drawn by `gst-server.py`, read back from a canvas by `in-page.js`.
 */

/** Cells in a row of the picture. */
export const CLOCK_CELLS = 48;

/**
 * UTC ms from the brightness (0..255) of the cells.
 * @returns undefined when their number or the check does not fit.
 */
export function decodeClock(brightness: readonly number[]): number | undefined {
  if (brightness.length !== CLOCK_CELLS) return undefined;
  const groups: number[] = [];
  for (let at = 0; at < CLOCK_CELLS; at += 4) {
    groups.push(brightness.slice(at, at + 4).reduce((value, light) => value * 2 + (light > 127 ? 1 : 0), 0));
  }
  const check = groups.pop();
  const sum = groups.reduce((total, group) => total + group, 0);
  return check === sum % 16 ? groups.reduce((time, group) => time * 16 + group, 0) : undefined;
}
