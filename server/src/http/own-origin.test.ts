import { describe, expect, it } from 'vitest';
import { isSameSiteRequest } from './cross-site.ts';
import { formatCookie, formatNoCookie, readCookie } from './cookies.ts';
import { createOwnOrigin } from './own-origin.ts';

const request = (headers: Readonly<Record<string, string>>) => ({ headers, socket: {} }) as never; // The two members that are looked at.

describe('own origin', () => {
  const plain = createOwnOrigin({ publicUrl: undefined }, () => false);
  const proxied = createOwnOrigin({ publicUrl: undefined }, () => true);
  const named = createOwnOrigin({ publicUrl: 'https://cctv.example.id' }, () => false);

  it.each([
    ['no proxy is trusted', plain, { host: 'a', 'x-forwarded-proto': 'https' }, false],
    ['a trusted proxy says https', proxied, { host: 'a', 'x-forwarded-proto': 'https' }, true],
    ['only the last proxy is believed', proxied, { host: 'a', 'x-forwarded-proto': 'https, http' }, false],
    ['the public name', named, { host: 'CCTV.example.id' }, true],
    ['another name of the same machine', named, { host: '192.168.1.5:3000' }, false],
  ])('is secure: %s', (_name, origin, headers, secure) => {
    expect(origin.isSecure(request(headers))).toBe(secure);
  });

  it.each([
    ['cctv.example.id', 'http://cctv.example.id'],
    ['192.0.2.1:3000', 'http://192.0.2.1:3000'],
    ['[::1]:3000', 'http://[::1]:3000'],
    ['evil@cctv.example.id', undefined],
    ['cctv.example.id/path', undefined],
    ['not a host', undefined],
  ])('of Host %j is %j', (host, expected) => expect(plain.of(request({ host }))).toBe(expected));

  it.each([
    ['http://cctv.example.id', true],
    // TLS ended by a proxy that does not say so.
    ['https://cctv.example.id', true],
    ['https://cctv.example.id:8443', false],
    ['https://evil.example', false],
    ['https://cctv.example.id.evil.example', false],
    ['null', false],
    ['', false],
    ['cctv.example.id', false],
  ])('takes Origin %j for its own: %s', (origin, own) => {
    expect(plain.isOwn(request({ host: 'cctv.example.id' }), origin)).toBe(own);
  });
});

describe('isSameSiteRequest', () => {
  const own = createOwnOrigin({ publicUrl: undefined }, () => false);
  it.each([
    ['a program', {}, true],
    ['our page', { 'sec-fetch-site': 'same-origin', origin: 'http://a.example' }, true],
    ['typed by hand', { 'sec-fetch-site': 'none' }, true],
    ['an old browser, our page', { origin: 'http://a.example' }, true],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, false],
    ['another site that sends no Origin', { 'sec-fetch-site': 'cross-site' }, false],
    ['a sibling domain', { 'sec-fetch-site': 'same-site', origin: 'http://b.example' }, false],
    ['an old browser, another site', { origin: 'https://evil.example' }, false],
    ['a sandboxed frame', { origin: 'null' }, false],
    ['headers that contradict', { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' }, false],
    ['an unknown word', { 'sec-fetch-site': 'SAME-ORIGIN' }, false],
  ])('%s', (_name, headers, allowed) => {
    expect(isSameSiteRequest(request({ host: 'a.example', ...headers }), own)).toBe(allowed);
  });
});

describe('cookies', () => {
  it('are HttpOnly, Lax, and by https Secure with the prefix that only this host can set', () => {
    expect(formatCookie('session', 'abc', { secure: true, maxAgeS: 60 })).toBe(
      '__Host-pantau=abc; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax',
    );
    expect(formatCookie('session', 'abc', { secure: false })).toBe(
      'pantau=abc; Path=/; HttpOnly; SameSite=Lax',
    );
    expect(formatNoCookie('login', false)).toContain('Max-Age=0');
  });

  it.each([
    ['x=1; pantau=abc; y=2', false, 'abc'],
    ['__Host-pantau=abc', true, 'abc'],
    ['pantau=abc', true, undefined],
    ['__Host-pantau=abc', false, undefined],
    ['notpantau=abc', false, undefined],
    ['pantau=', false, undefined],
    [`pantau=${'a'.repeat(500)}`, false, undefined],
    [`${'x=1;'.repeat(5000)}pantau=abc`, false, undefined],
    ['', false, undefined],
  ])('are read from %.30j (secure: %s)', (cookie, secure, value) => {
    expect(readCookie({ cookie }, 'session', secure)).toBe(value);
  });
});
