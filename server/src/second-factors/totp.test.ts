import { describe, expect, it } from 'vitest';
import { Secret } from '@pantau/base/secret';
import { createTotpSecret, formatTotpUri, verifyTotp } from './totp.ts';

/** `12345678901234567890` of RFC 6238 appendix B, in base32. */
const SECRET = new Secret('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');

/** Time in s and the last six digits of the code for SHA-1, from the same appendix. */
const VECTORS = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
] as const;

describe('codes of an authenticator app', () => {
  it.each(VECTORS)('knows the code of RFC 6238 at %i s', (seconds, code) => {
    expect(verifyTotp(SECRET, code, seconds * 1000, null)).toBe(Math.floor(seconds / 30));
  });

  it.each([
    ['two steps early', -60, false],
    ['one step early', -30, true],
    ['one step late', 30, true],
    ['two steps late', 60, false],
  ])('allows for clocks that differ by a step: %s', (_case, shiftS, passes) => {
    const nowMs = (1_234_567_890 + shiftS) * 1000;
    expect(verifyTotp(SECRET, '005924', nowMs, null) !== undefined).toBe(passes);
  });

  it('takes no code of the last step or before it', () => {
    const step = Math.floor(1_234_567_890 / 30);
    const verify = (lastStep: number) => verifyTotp(SECRET, '005924', 1_234_567_890_000, lastStep);
    expect(verify(step - 1)).toBe(step);
    expect(verify(step)).toBeUndefined();
    expect(verify(step + 1)).toBeUndefined();
  });

  it.each([' 287082 ', '287 082', '28 70 82', '287\u00a0082'])('reads %j', (code) => {
    expect(verifyTotp(SECRET, code, 59_000, null)).toBe(1);
  });

  it.each([
    '',
    ' ',
    '28708',
    '2870822',
    '94287082',
    '28708x',
    '-87082',
    '2.7082',
    '٢٨٧٠٨٢',
    '２８７０８２',
    '287082\u0000',
    '9'.repeat(10_000),
  ])('does not pass on %j', (code) => {
    expect(verifyTotp(SECRET, code, 59_000, null)).toBeUndefined();
  });

  it('works at the beginning of time', () => {
    expect(verifyTotp(SECRET, '755224', 0, null)).toBe(0);
  });

  it('makes a secret of 160 random bits', () => {
    const secrets = Array.from({ length: 20 }, () => createTotpSecret().reveal());
    expect(new Set(secrets).size).toBe(20);
    for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  });

  it.each([
    ['Pantau', 'operator-1', 'Pantau:operator-1', 'Pantau'],
    ['CCTV Kota & Desa', 'a b/c?d=e', 'CCTV Kota & Desa:a b/c?d=e', 'CCTV Kota & Desa'],
    ['Pantau: Kota', 'x:y', 'Pantau  Kota:x y', 'Pantau  Kota'],
    ['Pantau', 'jalan-é-☕', 'Pantau:jalan-é-☕', 'Pantau'],
    ['Pantau', 'half \ud83d', 'Pantau:half \ufffd', 'Pantau'],
  ])('writes a URI for %j and %j', (issuer, username, label, issuerParameter) => {
    const uri = new URL(formatTotpUri(SECRET, issuer, username));
    expect(uri.protocol).toBe('otpauth:');
    expect(uri.host).toBe('totp');
    expect(decodeURIComponent(uri.pathname)).toBe(`/${label}`);
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      issuer: issuerParameter,
      secret: SECRET.reveal(),
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
  });
});
