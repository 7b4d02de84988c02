import fc from 'fast-check';
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

test('any header has a usable id and a usable timeout, or none', () => {
  const part = fc.oneof(fc.string(), fc.stringMatching(/^ ?timeout ?= ?\d{0,9}$/));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
      const session = parseSessionHeader(parts.join(';'));
      if (session === undefined) return;
      expect(session.id).not.toBe('');
      expect(session.id.length).toBeLessThanOrEqual(256);
      expect(session.timeoutSeconds ?? 1).toBeGreaterThan(0);
      expect(keepAliveIntervalMs(session.timeoutSeconds ?? 60, 2)).toBeGreaterThanOrEqual(1000);
    }),
  );
});
