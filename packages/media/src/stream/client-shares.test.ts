import { describe, expect, it } from 'vitest';
import { ClientShares } from './client-shares.ts';

describe('ClientShares', () => {
  it('gives no client more than its share, and all together no more than there is', () => {
    const shares = new ClientShares(5, 3);
    expect([1, 2, 3, 4].map(() => shares.take('greedy'))).toEqual([true, true, true, false]);
    expect([1, 2, 3].map(() => shares.take('late'))).toEqual([true, true, false]);
    expect(shares.used).toBe(5);
    shares.giveBack('greedy');
    expect(shares.take('late')).toBe(true);
    expect(shares.take('greedy')).toBe(false);
  });

  it('forgets who holds nothing, and takes nothing back that was not given', () => {
    const shares = new ClientShares(1, 1);
    for (let client = 0; client < 1000; client++) {
      expect(shares.take(`client-${client}`)).toBe(true);
      shares.giveBack(`client-${client}`);
      shares.giveBack(`client-${client}`);
    }
    expect(shares.used).toBe(0);
    expect(shares.take('a')).toBe(true);
    expect(shares.take('b')).toBe(false);
  });
});
