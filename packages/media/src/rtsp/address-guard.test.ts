import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { guardedLookup, isLoopbackAddress, isRefusedAddress } from './address-guard.ts';

test.each([
  ['127.0.0.1', true, true],
  ['127.99.0.1', true, true],
  ['::1', true, true],
  ['::ffff:127.0.0.1', true, true],
  ['0.0.0.0', true, false],
  ['::', true, false],
  ['169.254.169.254', true, false],
  ['fe80::1', true, false],
  ['fe80::1%eth0', true, false],
  ['::ffff:169.254.1.1', true, false],
  ['192.168.1.10', false, false],
  ['10.0.0.1', false, false],
  ['2001:db8::1', false, false],
  ['localhost', false, false], // a name: judged after it is resolved
])('%s', (address, isInward, isLoopback) => {
  expect([isRefusedAddress('inward', address), isLoopbackAddress(address)]).toEqual([isInward, isLoopback]);
  expect(isRefusedAddress('inward-except-loopback', address)).toBe(isInward && !isLoopback);
  expect(isRefusedAddress('none', address)).toBe(false);
});

test('a name that leads inward does not resolve', async () => {
  const resolve = promisify<string, object, unknown>((name, options, done) =>
    guardedLookup({ refused: 'inward' }, 554)(name, options, (error, address) => done(error, address)),
  );
  await expect(resolve('localhost', { all: true })).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
  await expect(resolve('localhost', {})).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
  await expect(resolve('10.1.2.3', {})).resolves.toBe('10.1.2.3');
  await expect(resolve('10.1.2.3', { all: true })).resolves.toEqual([{ address: '10.1.2.3', family: 4 }]);
});
