import { describe, expect, it } from 'vitest';
import { A_LAW, MU_LAW } from './g711.ts';

describe('G.711', () => {
  it.each([
    // values of ITU-T G.711 tables 2a and 2b, scaled from 14 bits to 16
    [0xff, 0],
    [0x7f, 0],
    [0xfe, 8],
    [0x80, 32_124],
    [0x00, -32_124],
    [0xf0, 120],
    [0xef, 132],
    [0x8f, 16_764],
  ])('µ-law %i is %i', (byte, sample) => {
    expect(MU_LAW[byte]).toBe(sample);
  });

  it.each([
    // values of tables 1a and 1b, scaled from 13 bits to 16
    [0xd5, 8],
    [0x55, -8],
    [0xd4, 24],
    [0xaa, 32_256],
    [0x2a, -32_256],
    [0xc5, 264],
  ])('A-law %i is %i', (byte, sample) => {
    expect(A_LAW[byte]).toBe(sample);
  });

  it.each([
    ['µ-law', MU_LAW, (index: number) => 0xff - index],
    ['A-law', A_LAW, (index: number) => (0x80 | index) ^ 0x55],
  ] as const)('%s rises through its codes, the same below zero', (_name, table, codeOf) => {
    const positive = Array.from({ length: 128 }, (_, index) => table[codeOf(index)] ?? 0);
    for (let index = 1; index < 128; index++) {
      expect(positive[index]).toBeGreaterThan(positive[index - 1] ?? 0);
    }
    for (let index = 0; index < 128; index++) {
      expect((table[codeOf(index) ^ 0x80] ?? 0) + (positive[index] ?? 0)).toBe(0);
    }
  });
});
