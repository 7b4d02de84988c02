/**
 * The wall clock as a row of black and white blocks in the picture, for measuring latency from glass to glass: 44 bits of UTC ms,
 * highest first, each block 16×16 pixels, from the left edge. Imports nothing, so that a page in a browser can use it on a canvas.
 */

export const CLOCK_BITS = 44;
/** Width and height of a bit in pixels of the original picture. */
export const CLOCK_BIT_PIXELS = 16;

/** The bits of `wallMs` (UTC ms, below 2^44), highest first. */
export function encodeClockBits(wallMs: number): boolean[] {
  const whole = Math.floor(wallMs);
  return Array.from(
    { length: CLOCK_BITS },
    (_, at) => Math.floor(whole / 2 ** (CLOCK_BITS - 1 - at)) % 2 === 1,
  );
}

/**
 * Reads the bits back.
 * @param lumaAt brightness 0..255 of a pixel, in coordinates of the original picture.
 * @param top the y of the row's upper edge: `ClockOverlay.bitsTop`.
 * @returns UTC ms, or undefined when a block is neither dark nor bright (no bits here, or a picture in transition).
 */
export function readClockBits(lumaAt: (x: number, y: number) => number, top: number): number | undefined {
  let value = 0;
  for (let bit = 0; bit < CLOCK_BITS; bit++) {
    const luma = lumaAt(bit * CLOCK_BIT_PIXELS + CLOCK_BIT_PIXELS / 2, top + CLOCK_BIT_PIXELS / 2);
    if (luma > 80 && luma < 176) return undefined;
    value = value * 2 + (luma >= 176 ? 1 : 0);
  }
  return value;
}
