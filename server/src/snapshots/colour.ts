/** From the planes of a decoded picture to the RGB of a small one (ITU-T H.273 8.3, 8-bit). Pure. */

import type { ColourDescription } from '@pantau/media';

/** A plane without padding: one byte a sample. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}

/** Luma and two chroma planes, which may have half its width, or half its width and height. */
export interface Planes {
  readonly y: Plane;
  readonly u: Plane;
  readonly v: Plane;
}

/** Averages squares of `factor`×`factor` samples; what is left over at the right and the bottom is dropped. */
export function shrinkPlane({ width, height, bytes }: Plane, factor: number): Plane {
  if (factor === 1) return { width, height, bytes };
  const outWidth = Math.max(1, Math.floor(width / factor));
  const outHeight = Math.max(1, Math.floor(height / factor));
  const out = new Uint8Array(outWidth * outHeight);
  const area = factor * factor;
  const half = area >> 1;
  for (let row = 0; row < outHeight; row++) {
    const top = row * factor * width;
    const outTop = row * outWidth;
    if (factor === 2) {
      // The common case, 1080p to 960: half the time of the general one.
      let at = top;
      for (let column = 0; column < outWidth; column++, at += 2) {
        // Indices are inside: the bounds above say so. Reading past the end would give NaN, which is stored as 0.
        const sum =
          sample(bytes, at) +
          sample(bytes, at + 1) +
          sample(bytes, at + width) +
          sample(bytes, at + width + 1);
        out[outTop + column] = (sum + 2) >> 2;
      }
      continue;
    }
    for (let column = 0; column < outWidth; column++) {
      let sum = half;
      for (let y = 0; y < factor; y++) {
        const start = top + y * width + column * factor;
        for (let at = start; at < start + factor; at++) sum += sample(bytes, at);
      }
      out[outTop + column] = sum / area;
    }
  }
  return { width: outWidth, height: outHeight, bytes: out };
}

/**
 * Interleaved RGB, 3 bytes a pixel, of the size of the luma plane.
 * @param sourceHeight lines of the picture before it was shrunk: decides what an undescribed picture means.
 */
export function planesToRgb(
  { y, u, v }: Planes,
  colour: ColourDescription | undefined,
  sourceHeight: number,
): Uint8Array {
  const { width, height } = y;
  const rgb = new Uint8ClampedArray(width * height * 3);
  const { luma, offset, rv, gu, gv, bu } = coefficientsOf(colour, sourceHeight);
  const [shiftX, shiftY] = [u.width < width ? 1 : 0, u.height < height ? 1 : 0];
  let to = 0;
  for (let row = 0; row < height; row++) {
    const chromaTop = Math.min(u.height - 1, row >> shiftY) * u.width;
    const lumaTop = row * width;
    for (let column = 0; column < width; column++) {
      const chroma = chromaTop + Math.min(u.width - 1, column >> shiftX);
      const light = (sample(y.bytes, lumaTop + column) - offset) * luma;
      const blue = sample(u.bytes, chroma) - 128;
      const red = sample(v.bytes, chroma) - 128;
      // Fixed point, 16 bits behind the point; the array clamps.
      rgb[to] = (light + rv * red) >> 16;
      rgb[to + 1] = (light - gu * blue - gv * red) >> 16;
      rgb[to + 2] = (light + bu * blue) >> 16;
      to += 3;
    }
  }
  return new Uint8Array(rgb.buffer);
}

function sample(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

interface Coefficients {
  readonly luma: number;
  readonly offset: number;
  readonly rv: number;
  readonly gu: number;
  readonly gv: number;
  readonly bu: number;
}

/** Kr and Kb by matrix code point: BT.709, BT.2020, and BT.601 in its two spellings. */
const MATRICES: Readonly<Record<number, readonly [kr: number, kb: number]>> = {
  1: [0.2126, 0.0722],
  5: [0.299, 0.114],
  6: [0.299, 0.114],
  9: [0.2627, 0.0593],
};

/** A camera that does not say so is taken for BT.709 from 720 lines on, else for BT.601, with the short range of luma. */
function coefficientsOf(colour: ColourDescription | undefined, sourceHeight: number): Coefficients {
  const [kr, kb] = MATRICES[colour?.matrix ?? 2] ?? MATRICES[sourceHeight >= 720 ? 1 : 6] ?? [0.299, 0.114];
  const kg = 1 - kr - kb;
  const fullRange = colour?.fullRange ?? false;
  const chroma = fullRange ? 1 : 255 / 224;
  const fix = (value: number) => Math.round(value * 65_536);
  return {
    luma: fix(fullRange ? 1 : 255 / 219),
    offset: fullRange ? 0 : 16,
    rv: fix(2 * (1 - kr) * chroma),
    gu: fix((2 * (1 - kb) * kb * chroma) / kg),
    gv: fix((2 * (1 - kr) * kr * chroma) / kg),
    bu: fix(2 * (1 - kb) * chroma),
  };
}
