import { Secret } from '@pantau/base/secret';
import { describe, expect, test } from 'vitest';
import { Authenticator } from './authenticator.ts';

const MD5 = (nonce: string, more = '') => `Digest realm="r", nonce="${nonce}"${more}`;
const SHA = (nonce: string) => `Digest realm="r", nonce="${nonce}", algorithm=SHA-256`;

function setup() {
  return new Authenticator({ username: 'joe', password: new Secret('secret') }, () => 'cnonce');
}

const sign = (authenticator: Authenticator) => authenticator.authorize('PLAY', 'rtsp://cam/') ?? '';

test('nothing is sent until the camera asks', () => {
  expect(setup().authorize('OPTIONS', 'rtsp://cam/')).toBeUndefined();
});

test('Basic when nothing better is offered', () => {
  const authenticator = setup();
  expect(authenticator.challenge(['Basic realm="r"'], 1, false)).toBe('retry');
  expect(sign(authenticator)).toBe(`Basic ${Buffer.from('joe:secret').toString('base64')}`);
  expect(authenticator.challenge(['Basic realm="r"'], 2, true)).toBe('rejected');
});

test.each([
  ['Digest over Basic', ['Basic realm="r"', MD5('n')], /^Digest (?!.*algorithm)/],
  ['SHA-256 over MD5', [`${MD5('n')}, ${SHA('n')}`, 'Basic realm="r"'], /algorithm=SHA-256/],
  ['SHA-512-256 over SHA-256', [SHA('n'), `${MD5('n')}, algorithm=SHA-512-256`], /algorithm=SHA-512-256/],
  [
    'what we know over what we do not',
    ['Negotiate abc', MD5('x', ', algorithm=SHA3'), MD5('n')],
    /nonce="n"/,
  ],
])('%s', (_name, headers, expected) => {
  const authenticator = setup();
  expect(authenticator.challenge(headers, 1, false)).toBe('retry');
  expect(sign(authenticator)).toMatch(expected);
});

test('the count grows with a nonce and starts again with the next', () => {
  const authenticator = setup();
  authenticator.challenge([MD5('n1', ', qop="auth"')], 1, false);
  expect([sign(authenticator), sign(authenticator)].map((text) => /nc=(\w+)/.exec(text)?.[1])).toEqual([
    '00000001',
    '00000002',
  ]);
  expect(authenticator.challenge([MD5('n2', ', qop="auth", stale=true')], 1, false)).toBe('retry');
  expect(sign(authenticator)).toMatch(/nonce="n2".*nc=00000001/);
});

describe('after a 401', () => {
  test('without credentials there is nothing to try', () => {
    expect(new Authenticator(undefined).challenge([MD5('n')], 1, false)).toBe('no-credentials');
  });

  test('a signature with the fresh nonce was refused: the credentials are wrong', () => {
    const authenticator = setup();
    authenticator.challenge([MD5('n1')], 1, false);
    expect(authenticator.challenge([MD5('n2')], 2, true)).toBe('rejected');
  });

  test('a later request with an older nonce is signed anew once', () => {
    const authenticator = setup();
    authenticator.challenge([MD5('n1')], 1, false);
    expect(authenticator.challenge([MD5('n2')], 1, false)).toBe('retry');
    expect(authenticator.challenge([MD5('n3')], 2, true)).toBe('rejected');
  });

  test('the same nonce again is no reason to try again', () => {
    const authenticator = setup();
    authenticator.challenge([MD5('n1')], 1, false);
    expect(authenticator.challenge([MD5('n1')], 1, false)).toBe('rejected');
  });

  test('a stale nonce is replaced, but not for ever', () => {
    const authenticator = setup();
    const verdicts = [1, 2, 3, 4].map((tries) =>
      authenticator.challenge([MD5(`n${tries}`, ', stale=TRUE')], tries, tries > 1),
    );
    expect(verdicts).toEqual(['retry', 'retry', 'retry', 'rejected']);
  });

  test('a camera that offers SHA-256 and means MD5 gets MD5, and keeps getting it', () => {
    const authenticator = setup();
    expect(authenticator.challenge([SHA('n1'), MD5('n1')], 1, false)).toBe('retry');
    expect(authenticator.challenge([SHA('n2'), MD5('n2')], 2, true)).toBe('retry');
    expect(sign(authenticator)).not.toContain('algorithm');
    expect(authenticator.challenge([SHA('n3'), MD5('n3')], 1, false)).toBe('retry');
    expect(sign(authenticator)).toMatch(/nonce="n3"(?!.*algorithm)/);
    expect(authenticator.challenge([SHA('n4'), MD5('n4')], 2, true)).toBe('rejected');
  });

  test('never from Digest to Basic: the password would go out in the clear', () => {
    const authenticator = setup();
    authenticator.challenge([MD5('n1'), 'Basic realm="r"'], 1, false);
    expect(authenticator.challenge([MD5('n2'), 'Basic realm="r"'], 2, true)).toBe('rejected');
    expect(authenticator.challenge(['Basic realm="r"'], 3, true)).toBe('rejected');
    expect(sign(authenticator)).not.toContain('Basic');
  });

  test.each([[[]], [['Negotiate']], [['Digest realm="r"']], [['']]])(
    '%j is a login we do not know',
    (headers) => {
      expect(setup().challenge(headers, 1, false)).toBe('unknown-scheme');
    },
  );
});
