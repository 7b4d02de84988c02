/** The painted signs of the town: one canvas that becomes one texture. */
import type { UvRect } from './mesh.ts';

const SIZE = 2048;
const context = createContext();
let shelfX = 0;
let shelfY = 0;
let shelfHeight = 0;

function createContext(): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  canvas.width = SIZE;
  canvas.height = SIZE;
  const created = canvas.getContext('2d');
  if (created === null) throw new Error('this browser gives no 2D canvas');
  return created;
}

/** The canvas with everything painted so far. */
export function atlasCanvas(): HTMLCanvasElement {
  return context.canvas;
}

/** Reserves `wide` x `high` pixels and lets `draw` paint there, with the origin at its top left corner. */
export function paint(wide: number, high: number, draw: (c: CanvasRenderingContext2D) => void): UvRect {
  if (shelfX + wide + 4 > SIZE) {
    shelfX = 0;
    shelfY += shelfHeight + 4;
    shelfHeight = 0;
  }
  if (shelfY + high > SIZE) throw new Error('the sign atlas is full');
  const x = shelfX;
  const y = shelfY;
  shelfX += wide + 4;
  shelfHeight = Math.max(shelfHeight, high);
  context.save();
  context.beginPath();
  context.rect(x, y, wide, high);
  context.clip();
  context.translate(x, y);
  draw(context);
  context.restore();
  const inset = 1.5;
  return [(x + inset) / SIZE, (y + inset) / SIZE, (x + wide - inset) / SIZE, (y + high - inset) / SIZE];
}

/** A shop sign: a big line, an optional small one, in two colours. */
export function shopSign(
  text: string,
  under: string,
  background: string,
  ink: string,
  wide = 256,
  high = 64,
): UvRect {
  return paint(wide, high, (c) => {
    c.fillStyle = background;
    c.fillRect(0, 0, wide, high);
    c.strokeStyle = ink;
    c.lineWidth = 2;
    c.strokeRect(4, 4, wide - 8, high - 8);
    c.fillStyle = ink;
    c.textAlign = 'center';
    c.textBaseline = 'middle';
    const main = under === '' ? 0.62 : 0.5;
    c.font = `bold ${Math.round(high * main)}px "DejaVu Sans", sans-serif`;
    c.fillText(text, wide / 2, under === '' ? high * 0.53 : high * 0.4, wide - 16);
    if (under !== '') {
      c.font = `${Math.round(high * 0.2)}px "DejaVu Sans", sans-serif`;
      c.fillText(under, wide / 2, high * 0.78, wide - 20);
    }
  });
}
