import { expect, test } from 'vitest';
import { SourceLock } from './source-lock.ts';

const EVERYWHERE = { refused: 'none' } as const;

test('any port of the camera, then that one only', () => {
  const lock = new SourceLock('10.0.0.5', undefined, EVERYWHERE);
  expect(lock.admit('10.0.0.6', 5000, 0)).toBe(false);
  expect(lock.admit('10.0.0.5', 6001, 0)).toBe(true);
  expect(lock.sender).toEqual({ address: '10.0.0.5', port: 6001 });
  expect(lock.admit('10.0.0.5', 6002, 500)).toBe(false);
  expect(lock.admit('10.0.0.5', 6001, 900)).toBe(true);
});

test('another port of the camera after a second of silence, never another host', () => {
  const lock = new SourceLock('10.0.0.5', undefined, EVERYWHERE);
  lock.admit('10.0.0.5', 6001, 0);
  expect(lock.admit('10.0.0.6', 6001, 5000)).toBe(false);
  expect(lock.admit('10.0.0.5', 6002, 999)).toBe(false);
  expect(lock.admit('10.0.0.5', 6002, 1000)).toBe(true);
});

test('an IPv4 address is itself in every spelling', () => {
  const lock = new SourceLock('::ffff:10.0.0.5', undefined, EVERYWHERE);
  expect(lock.admit('10.0.0.5', 1, 0)).toBe(true);
});

test.each([
  ['10.0.0.9', () => true, true],
  ['10.0.0.9', () => false, false],
  // what a camera names never leads inward
  ['127.0.0.1', () => true, false],
  ['169.254.169.254', () => true, false],
  ['not an address', () => true, false],
])('a named source %s', (named, isAddressAllowed, expected) => {
  const lock = new SourceLock('10.0.0.5', named, { refused: 'none', isAddressAllowed });
  expect(lock.admit(named === 'not an address' ? '10.0.0.9' : named, 6000, 0)).toBe(expected);
});
