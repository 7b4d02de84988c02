import { describe, expect, it } from 'vitest';
import { AdaptiveTarget, decideEdge, MAX_RATE, type EdgeSample } from './live-edge.ts';

const AT_EDGE: EdgeSample = { latencyS: 5, targetS: 5, maxS: 16, aheadS: 4, rate: 1 };

describe('decideEdge', () => {
  it.each<[string, Partial<EdgeSample>, { rate: number; isJump: boolean }]>([
    ['at the edge', {}, { rate: 1, isJump: false }],
    ['a little late is no reason to hurry', { latencyS: 5.45 }, { rate: 1, isJump: false }],
    ['late', { latencyS: 6.2 }, { rate: 1.1, isJump: false }],
    ['late by little', { latencyS: 5.6 }, { rate: 1.05, isJump: false }],
    [
      'low latency, late by little',
      { latencyS: 1.7, targetS: 1.5, aheadS: 1 },
      { rate: 1.03, isJump: false },
    ],
    ['low latency, near enough', { latencyS: 1.64, targetS: 1.5, aheadS: 1 }, { rate: 1, isJump: false }],
    ['goes on hurrying until it is there', { latencyS: 5.5, rate: 1.1 }, { rate: 1.04, isJump: false }],
    ['there', { latencyS: 5.1, rate: 1.1 }, { rate: 1, isJump: false }],
    ['late, but with nothing to spare', { latencyS: 8, aheadS: 0.1 }, { rate: 1, isJump: false }],
    ['too late to catch up', { latencyS: 16.1 }, { rate: 1, isJump: true }],
    ['never backwards', { latencyS: 2 }, { rate: 1, isJump: false }],
  ])('%s', (_name, change, decision) => {
    expect(decideEdge({ ...AT_EDGE, ...change })).toEqual(decision);
  });

  it('never plays faster than can be borne', () => {
    expect(decideEdge({ ...AT_EDGE, latencyS: 15.9 }).rate).toBe(MAX_RATE);
  });
});

describe('AdaptiveTarget', () => {
  const RANGE = { minS: 0.35, maxS: 2.5, raiseS: 0.3, lowerS: 0.1 };

  it('rises with each stop up to a bound, and falls again in calm', () => {
    const target = new AdaptiveTarget(0, RANGE);
    expect(target.read(0)).toBeCloseTo(0.35);
    target.noteStall(1_000);
    target.noteStall(2_000);
    expect(target.read(2_000)).toBeCloseTo(0.95);
    expect(target.read(31_000)).toBeCloseTo(0.95);
    expect(target.read(32_000)).toBeCloseTo(0.85);
    expect(target.read(3_600_000)).toBeCloseTo(0.35);
    for (let stall = 0; stall < 50; stall++) target.noteStall(4_000_000);
    expect(target.read(4_000_000)).toBe(2.5);
  });
});
