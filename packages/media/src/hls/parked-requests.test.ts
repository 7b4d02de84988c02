import { describe, expect, it } from 'vitest';
import { ClientShares } from '../stream/client-shares.ts';
import { ParkedRequests, type ParkedOutcome, type ParkedRequest } from './parked-requests.ts';

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function request(outcomes: ParkedOutcome[], fields: Partial<ParkedRequest> = {}): ParkedRequest {
  return {
    client: 'a',
    isReady: () => true,
    answer: (outcome) => outcomes.push(outcome),
    deadlineMs: 1000,
    ...fields,
  };
}

describe('ParkedRequests', () => {
  it('answers 10,000 requests in small batches, so that the loop turns in between', async () => {
    const budget = new ClientShares(20_000, 20_000);
    const parked = new ParkedRequests(budget, 10_000);
    const outcomes: ParkedOutcome[] = [];
    for (let index = 0; index < 10_000; index++) expect(parked.park(request(outcomes))).toBe(true);
    expect(parked.park(request(outcomes))).toBe(false);
    parked.wake();
    expect(outcomes.length).toBeLessThanOrEqual(256);
    expect(parked.size).toBe(0);
    expect(budget.used).toBe(0);
    let turns = 0;
    while (outcomes.length < 10_000) {
      await nextTurn();
      turns++;
    }
    expect(turns).toBeGreaterThan(30);
    expect(new Set(outcomes)).toEqual(new Set(['ready']));
  });

  it('keeps those that are not ready, until their time is up', async () => {
    const parked = new ParkedRequests(new ClientShares(10, 10), 10);
    const outcomes: ParkedOutcome[] = [];
    parked.park(request(outcomes, { isReady: () => false }));
    parked.wake();
    parked.expire(999);
    expect(parked.size).toBe(1);
    parked.expire(1000);
    expect(outcomes).toEqual(['timeout']);
    await nextTurn();
    expect(parked.size).toBe(0);
  });

  it('shares a budget between streams, and gets back what clients that left had taken', () => {
    const budget = new ClientShares(2, 2);
    const [a, b] = [new ParkedRequests(budget, 10), new ParkedRequests(budget, 10)];
    const first = request([]);
    expect(a.park(first)).toBe(true);
    expect(b.park(request([]))).toBe(true);
    expect(b.park(request([]))).toBe(false);
    a.unpark(first);
    a.unpark(first);
    expect(budget.used).toBe(1);
    expect(b.park(request([]))).toBe(true);
  });

  it('releases all', () => {
    const parked = new ParkedRequests(new ClientShares(10, 10), 10);
    const outcomes: ParkedOutcome[] = [];
    parked.park(request(outcomes, { isReady: () => false }));
    parked.releaseAll();
    expect(outcomes).toEqual(['released']);
  });

  it('takes requests that are parked while others are being answered', async () => {
    const parked = new ParkedRequests(new ClientShares(1000, 1000), 1000);
    const outcomes: ParkedOutcome[] = [];
    for (let index = 0; index < 300; index++) parked.park(request(outcomes));
    parked.wake();
    parked.park(request(outcomes));
    parked.wake();
    while (outcomes.length < 301) await nextTurn();
    expect(parked.size).toBe(0);
  });
});
