import { describe, expect, it } from 'vitest';
import { waitTime } from './wait-time.ts';

describe('the wait for another try', () => {
  it.each([
    [0, undefined],
    [-5_000, undefined],
    [1, { unit: 'seconds', count: 1, seconds: 0 }],
    [7_001, { unit: 'seconds', count: 8, seconds: 0 }],
    [59_000, { unit: 'seconds', count: 59, seconds: 0 }],
    [60_000, { unit: 'minutes', count: 1, seconds: 0 }],
    [125_000, { unit: 'minutes', count: 2, seconds: 5 }],
    [599_500, { unit: 'minutes', count: 10, seconds: 0 }],
    [1_741_000, { unit: 'minutes', count: 30, seconds: 0 }],
  ])('%d ms', (leftMs, expected) => expect(waitTime(50_000 + leftMs, 50_000)).toEqual(expected));
});
