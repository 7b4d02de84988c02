import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseChallenges } from './auth-challenge.ts';
import {
  computeDigestResponse,
  formatDigestAuthorization,
  parseDigestChallenge,
  type DigestChallenge,
} from './digest-auth.ts';

function challengeOf(header: string): DigestChallenge {
  const challenge = parseChallenges([header]).map(parseDigestChallenge)[0];
  if (challenge === undefined) throw new Error('not a digest challenge');
  return challenge;
}

const RFC7616 =
  'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
const MUFASA = {
  method: 'GET',
  uri: '/dir/index.html',
  username: 'Mufasa',
  password: 'Circle of Life',
  nonceCount: 1,
  clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
};

describe('response values of the RFCs', () => {
  test.each([
    [
      'RFC 7616 3.9.1, SHA-256',
      `Digest ${RFC7616}, algorithm=SHA-256`,
      MUFASA,
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    ],
    ['RFC 7616 3.9.1, MD5', `Digest ${RFC7616}, algorithm=MD5`, MUFASA, '8ca523f5e9506fed4657c9700eebdbec'],
    [
      'RFC 2617 3.5',
      'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
      { ...MUFASA, password: 'Circle Of Life', clientNonce: '0a4f113b' },
      '6629fae49393a05397450978507c4ef1',
    ],
    [
      'RFC 2069 (no qop), as corrected in its errata',
      'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"',
      { ...MUFASA, password: 'CircleOfLife' },
      '1949323746fe6a43ef61f9606e7febea',
    ],
  ])('%s', (_name, header, request, expected) => {
    expect(computeDigestResponse(challengeOf(header), request)).toBe(expected);
  });
});

// figures of OpenSSL's command line tools: H(H(u:r:p):n:H(PLAY:rtsp://cam/)) and the session variant
test.each([
  [
    'Digest realm="r", nonce="n", algorithm=SHA-512-256',
    'a9852706f52a1e4194f85682036ce16622ad681f926ae550067460c27a6585a4',
  ],
  ['Digest realm="r", nonce="n", algorithm=md5-sess, qop=auth', '72d163d0061529ff1768473f131f5b2e'],
])('%s', (header, expected) => {
  const request = {
    method: 'PLAY',
    uri: 'rtsp://cam/',
    username: 'u',
    password: 'p',
    nonceCount: 2,
    clientNonce: 'abcd',
  };
  expect(computeDigestResponse(challengeOf(header), request)).toBe(expected);
});

test.each([
  ['Basic realm="a"', 'another scheme'],
  ['Digest realm="a"', 'no nonce'],
  ['Digest realm="a", nonce="n", algorithm=SHA-1', 'an unknown algorithm'],
  ['Digest realm="a", nonce="n", qop="auth-int"', 'only integrity protection'],
])('%s is not answered: %s', (header) => {
  expect(parseChallenges([header]).map(parseDigestChallenge)).toEqual([undefined]);
});

const REQUEST = {
  method: 'DESCRIBE',
  uri: 'rtsp://cam/a',
  username: 'jo"e',
  password: 'p',
  nonceCount: 11,
  clientNonce: 'cc',
};

test('the header without qop has no count; the algorithm is echoed as it was written', () => {
  const header = formatDigestAuthorization(
    challengeOf('Digest realm="IP Camera(GH455)", nonce="n", algorithm="SHA-256"'),
    REQUEST,
  );
  expect(header).toMatch(
    /^Digest username="jo\\"e", realm="IP Camera\(GH455\)", nonce="n", uri="rtsp:\/\/cam\/a", response="[0-9a-f]{64}", algorithm="SHA-256"$/,
  );
});

test('the header with qop has count and client nonce; an empty opaque is sent back', () => {
  const header = formatDigestAuthorization(
    challengeOf('Digest realm="r", nonce="n", qop="auth", algorithm=MD5, opaque=""'),
    REQUEST,
  );
  expect(header).toMatch(/, algorithm=MD5, opaque="", qop=auth, nc=0000000b, cnonce="cc"$/);
});

test('the session variant without qop still says the client nonce', () => {
  expect(
    formatDigestAuthorization(challengeOf('Digest realm="r", nonce="n", algorithm=MD5-sess'), REQUEST),
  ).toMatch(/cnonce="cc"$/);
});

test('a realm beyond ASCII is signed and echoed with the bytes that the camera sent', () => {
  const sent = Buffer.from('Digest realm="Kamera Süd", nonce="n"', 'utf8').toString('latin1');
  const request = { ...REQUEST, username: 'jörg', password: 'geheim€' };
  const header = Buffer.from(formatDigestAuthorization(challengeOf(sent), request), 'latin1').toString(
    'utf8',
  );
  const md5 = (value: string) => createHash('md5').update(value, 'utf8').digest('hex');
  const response = md5(`${md5('jörg:Kamera Süd:geheim€')}:n:${md5('DESCRIBE:rtsp://cam/a')}`);
  expect(header).toContain(`username="jörg", realm="Kamera Süd", nonce="n"`);
  expect(header).toContain(`response="${response}"`);
});

test('any challenge that is taken can be answered, in one line', () => {
  const name = fc.constantFrom('realm', 'nonce', 'opaque', 'qop', 'algorithm', 'stale');
  const value = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom('auth', 'auth-int', 'MD5', 'md5-sess', 'SHA-256', 'SHA-512-256-sess', 'TRUE'),
  );
  const header = fc
    .array(fc.tuple(name, value), { maxLength: 8 })
    .map((pairs) => `Digest ${pairs.map(([key, text]) => `${key}="${text}"`).join(', ')}`);
  const request = { ...MUFASA, username: 'kamera', password: 'rahasia', nonceCount: 1, clientNonce: 'c' };
  fc.assert(
    fc.property(header, (text) => {
      for (const challenge of parseChallenges([text])) {
        const digest = parseDigestChallenge(challenge);
        if (digest === undefined) continue;
        expect(computeDigestResponse(digest, request)).toMatch(/^[0-9a-f]{32,64}$/);
        expect(formatDigestAuthorization(digest, request)).not.toMatch(/[\r\n\0]/);
      }
    }),
  );
});
