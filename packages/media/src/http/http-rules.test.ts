import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLiteral } from '../rtsp/address-guard.ts';
import { addressRulesFor, mayHaveCredentials } from './http-rules.ts';
import { hostOf, parseHttpUrl, portOf } from './http-url.ts';

const ORIGIN = new URL('http://192.168.1.20/stream');

function judge(text: string, isLoopback: boolean, origin = ORIGIN): string {
  const url = parseHttpUrl(text, origin);
  if (url === undefined) return 'no URL';
  try {
    checkLiteral(addressRulesFor(url, origin, isLoopback, undefined), hostOf(url), portOf(url));
    return 'allowed';
  } catch {
    return 'refused';
  }
}

describe('an address that a camera names', () => {
  it.each([
    'http://127.0.0.1:1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://0.0.0.0/',
    'https://[fe80::1]/',
    '//127.0.0.1/x',
    'http://user:password@127.0.0.1/',
  ])('is refused: %s', (text) => expect(judge(text, false)).toBe('refused'));

  it.each([
    'file:///etc/passwd',
    'ftp://192.168.1.20/',
    'data:text/plain,x',
    'skd://key',
    'http://',
    `http://x/${'y'.repeat(5000)}`,
  ])('is none: %s', (text) => expect(judge(text, false)).toBe('no URL'));

  it.each(['segment.ts', '/other', 'http://192.168.1.21:8080/', 'https://media.example/x'])(
    'is followed: %s',
    (text) => {
      expect(judge(text, false)).toBe('allowed');
    },
  );

  it('may be on this machine only where the operator is', () => {
    const origin = new URL('http://127.0.0.1:8080/');
    expect(judge('http://127.0.0.1:8081/', true, origin)).toBe('allowed');
    expect(judge('http://169.254.169.254/', true, origin)).toBe('refused');
    // The very host that the operator wrote.
    expect(judge('/other', false, new URL('http://169.254.1.1/'))).toBe('allowed');
  });

  it.each([
    ['http://192.168.1.20:8080/x', true],
    ['https://192.168.1.20/x', true],
    ['http://192.168.1.21/', false],
    ['http://192.168.1.20.evil.example/', false],
  ])('%s has the credentials: %s', (text, expected) => {
    expect(mayHaveCredentials(new URL(text), ORIGIN)).toBe(expected);
  });

  it('has no credentials that were meant for https', () => {
    expect(mayHaveCredentials(new URL('http://cam/'), new URL('https://cam/'))).toBe(false);
  });
});

describe('an address of any text', () => {
  it('is one that may be fetched, without a login, or none', () => {
    const part = fc.oneof(
      fc.constantFrom(
        'http:',
        'https:',
        'ftp:',
        '//',
        '/',
        '@',
        ':',
        '?',
        '#',
        '[::1]',
        '127.1',
        '..',
        '%00',
        '\\',
      ),
      fc.string({ maxLength: 12 }),
    );
    const text = fc.array(part, { maxLength: 10 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.boolean(), (each, isRelative) => {
        const url = parseHttpUrl(each, isRelative ? ORIGIN : undefined);
        if (url === undefined) return;
        expect(['http:', 'https:']).toContain(url.protocol);
        expect([url.username, url.password, url.hash]).toEqual(['', '', '']);
        expect(hostOf(url)).not.toBe('');
        expect(portOf(url)).toBeLessThan(65_536);
        expect(url.href.length).toBeLessThanOrEqual(4096);
        expect(parseHttpUrl(url.href)?.href).toBe(url.href);
      }),
    );
  });
});
