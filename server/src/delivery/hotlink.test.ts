import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findAsker, mayEmbed } from './hotlink.ts';

const sites = { publicHost: 'cctv.example.org' };
const HOST = '10.0.0.5:3000';

describe('who asks for a stream', () => {
  it.each([
    ['a program', {}, 'ours'],
    ['our page', { 'sec-fetch-site': 'same-origin' }, 'ours'],
    ['the address line', { 'sec-fetch-site': 'none' }, 'ours'],
    [
      'our page, whatever the Referer',
      { 'sec-fetch-site': 'same-origin', referer: 'https://x.example/' },
      'ours',
    ],
    ['our page by an old browser', { referer: 'http://10.0.0.5:3000/kamera/1' }, 'ours'],
    ['our page, by its Origin', { origin: 'http://10.0.0.5:3000' }, 'ours'],
    ['our page under its public name', { origin: 'https://cctv.example.org' }, 'ours'],
    ['our page in capitals', { origin: 'https://CCTV.Example.ORG' }, 'ours'],
    ['another port of our machine', { origin: 'http://10.0.0.5:8080' }, 'ours'],
    ['an empty Referer', { referer: '' }, 'ours'],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://x.example' }, 'https://x.example'],
    [
      'another site, by Referer',
      { 'sec-fetch-site': 'cross-site', referer: 'https://x.example/a' },
      'https://x.example',
    ],
    ['another site that hides', { 'sec-fetch-site': 'cross-site' }, undefined],
    [
      'another site that says it is us',
      { 'sec-fetch-site': 'cross-site', origin: 'https://cctv.example.org' },
      'https://cctv.example.org',
    ],
    ['another site, old browser', { origin: 'https://x.example' }, 'https://x.example'],
    [
      'another site, older browser',
      { referer: 'https://x.example/watch?cctv.example.org' },
      'https://x.example',
    ],
    [
      'a name that begins like ours',
      { origin: 'https://cctv.example.org.evil.example' },
      'https://cctv.example.org.evil.example',
    ],
    [
      'a name that ends like ours',
      { origin: 'https://evilcctv.example.org' },
      'https://evilcctv.example.org',
    ],
    [
      'our name as a user name',
      { referer: 'https://cctv.example.org@evil.example/' },
      'https://evil.example',
    ],
    [
      'a sibling',
      { 'sec-fetch-site': 'same-site', origin: 'https://www.example.org' },
      'https://www.example.org',
    ],
    ['a sibling that hides', { 'sec-fetch-site': 'same-site' }, undefined],
    [
      'us over the other scheme',
      { 'sec-fetch-site': 'same-site', origin: 'http://cctv.example.org' },
      'ours',
    ],
    ['a sandboxed frame', { origin: 'null' }, undefined],
    ['a file', { origin: 'file://' }, undefined],
    ['nonsense', { referer: 'cctv.example.org' }, undefined],
    ['a word nobody knows', { 'sec-fetch-site': 'friendly' }, undefined],
  ])('%s', (_name, headers, expected) => {
    const asker = findAsker({ host: HOST, ...headers }, sites);
    expect(asker.isForeign ? asker.origin : 'ours').toBe(expected);
  });

  it.each([
    ['http://10.0.0.5:3000', false],
    ['http://10.0.0.5:8080', true],
    ['http://10.0.0.5', true],
    ['https://cctv.example.org', false],
    ['https://cctv.example.org:443', false],
    ['https://cctv.example.org:8443', true],
  ])('exactly: %s', (origin, isForeign) => {
    expect(findAsker({ host: HOST, origin }, sites, true).isForeign).toBe(isForeign);
  });

  it('is never one of ours by an Origin of another host, whatever the headers', () => {
    const text = fc.oneof(fc.string(), fc.webUrl(), fc.constantFrom('null', '', '//', 'http://', HOST));
    fc.assert(
      fc.property(text, text, fc.option(text, { nil: undefined }), (origin, referer, host) => {
        const asker = findAsker({ host, origin, referer }, sites);
        const hostname = URL.parse(origin)?.hostname;
        const own = [
          URL.parse(`http://${host}`)?.hostname,
          URL.parse(`https://${host}`)?.hostname,
          sites.publicHost,
        ];
        if (!asker.isForeign) expect(own).toContain(hostname);
      }),
      { numRuns: 1000 },
    );
  });

  it('knows no host of its own when the request has none', () => {
    expect(findAsker({ origin: 'https://x.example' }, { publicHost: undefined }).isForeign).toBe(true);
  });
});

describe('who may embed', () => {
  const asker = { isForeign: true, origin: 'https://x.example' } as const;
  const hidden = { isForeign: true, origin: undefined } as const;
  it.each([
    ['the own pages', { isForeign: false } as const, [], true],
    ['nobody by default', asker, [], false],
    ['who is allowed', asker, ['https://y.example', 'https://x.example'], true],
    ['nobody else', asker, ['https://y.example', 'http://x.example', 'https://x.example:444'], false],
    ['everybody', asker, ['*'], true],
    ['who hides, if everybody may', hidden, ['*'], true],
    ['not who hides', hidden, ['https://x.example'], false],
  ])('%s', (_name, who, allowed, expected) => {
    expect(mayEmbed(who, allowed)).toBe(expected);
  });
});
