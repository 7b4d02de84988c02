import { expect, test } from 'vitest';
import { keepAliveIntervalMs, parseSessionHeader } from './session-header.ts';

test.each([
  ['708345999', '708345999', undefined],
  ['       708345999;timeout=60', '708345999', 60],
  ['9a90de54; timeout=60', '9a90de54', 60],
  ['9a90de54;timeout = 120;x=y', '9a90de54', 120],
  ['abc;timeout=0', 'abc', undefined],
  ['abc;timeout=soon', 'abc', undefined],
  ['abc;', 'abc', undefined],
])('%j', (value, id, timeoutSeconds) => {
  expect(parseSessionHeader(value)).toEqual({ id, timeoutSeconds });
});

test.each(['', ' ', ';timeout=60', 'a'.repeat(300)])('%j has no id', (value) => {
  expect(parseSessionHeader(value)).toBeUndefined();
});

test.each([
  [60, 30_000, 20_000],
  [600, 30_000, 20_000],
  [15, 7500, 5000],
  [1, 1000, 1000],
])('timeout of %i s: keep-alive each %i ms, of two kinds each %i ms', (seconds, one, two) => {
  expect([keepAliveIntervalMs(seconds, 1), keepAliveIntervalMs(seconds, 2)]).toEqual([one, two]);
});
