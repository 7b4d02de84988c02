import { describe, expect, it } from 'vitest';
import { drawText, textWidth } from './bar-font.ts';
import { createBlockPicture } from './block-slice.ts';

function render(text: string, width: number, left = 0): string[] {
  const picture = createBlockPicture(width, 8);
  drawText(picture, text, left, 0, 1);
  return Array.from({ length: 7 }, (_, y) =>
    [...picture.luma.subarray(y * width, (y + 1) * width)].map((cell) => (cell === 1 ? '#' : '.')).join(''),
  );
}

describe('drawText', () => {
  it('draws letters side by side, in capitals', () => {
    expect(render('i7', 12)).toEqual([
      '.###..#####.',
      '..#.......#.',
      '..#......#..',
      '..#.....#...',
      '..#.....#...',
      '..#....#....',
      '.###...#....',
    ]);
  });

  it.each([
    ['é', 'e'],
    ['日', '?'],
  ])('draws %s as %s', (odd, plain) => {
    expect(render(odd, 8)).toEqual(render(plain, 8));
  });

  it('cuts off what does not fit', () => {
    expect(render('II', 8)[0]).toBe('.###...#');
    expect(render('I', 8, -2)[0]).toBe('##......');
  });

  it('has a shape of its own for every letter', () => {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-.,/()'&+#?_@ ".split('');
    expect(new Set(letters.map((letter) => render(letter, 8).join())).size).toBe(letters.length);
  });
});

it('textWidth leaves out the gap after the last letter', () => {
  expect([textWidth(''), textWidth('A'), textWidth('AB')]).toEqual([0, 5, 11]);
});
