import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseChallenges } from './auth-challenge.ts';

const parse = (...values: string[]) =>
  parseChallenges(values).map(({ scheme, parameters }) => ({ scheme, ...Object.fromEntries(parameters) }));

test.each([
  ['Basic realm="LIVE555"', [{ scheme: 'basic', realm: 'LIVE555' }]],
  ['Basic', [{ scheme: 'basic' }]],
  [
    'Digest realm="IP Camera(GH455)", nonce="abc",  stale=FALSE,algorithm="SHA-256", random="x\\"y"',
    [
      {
        scheme: 'digest',
        realm: 'IP Camera(GH455)',
        nonce: 'abc',
        stale: 'FALSE',
        algorithm: 'SHA-256',
        random: 'x"y',
      },
    ],
  ],
  [
    'Digest realm="a", nonce="1", Basic realm="b", DIGEST realm=c,nonce=2 , qop="auth, auth-int"',
    [
      { scheme: 'digest', realm: 'a', nonce: '1' },
      { scheme: 'basic', realm: 'b' },
      { scheme: 'digest', realm: 'c', nonce: '2', qop: 'auth, auth-int' },
    ],
  ],
  ['Digest realm = "a" , opaque=""', [{ scheme: 'digest', realm: 'a', opaque: '' }]],
  ['Digest realm="a=b, c", realm="second"', [{ scheme: 'digest', realm: 'a=b, c' }]],
  ['Digest realm="never closed', [{ scheme: 'digest', realm: 'never closed' }]],
  ['', []],
])('%s', (value, expected) => {
  expect(parse(value)).toEqual(expected);
});

test('several headers count together, up to a bound', () => {
  expect(parse('Digest nonce="1"', 'Basic realm="b"').map(({ scheme }) => scheme)).toEqual([
    'digest',
    'basic',
  ]);
  expect(parse(...Array.from({ length: 50 }, () => 'Basic realm="b"'))).toHaveLength(8);
});

test('any text is read in bounded time and memory', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 2000 }),
    fc.stringMatching(/^Digest ([a-z]+="?[a-z\\", =]*"?,? ?)*$/),
  );
  fc.assert(
    fc.property(text, (value) => {
      for (const { parameters } of parseChallenges([value])) expect(parameters.size).toBeLessThanOrEqual(32);
    }),
    { numRuns: 500 },
  );
  parseChallenges(['a="'.repeat(5000), '"\\'.repeat(8000), 'a '.repeat(8000)]);
});
