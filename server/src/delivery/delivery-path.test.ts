import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHlsAddress, parseMseAddress } from './delivery-path.ts';

describe('parseHlsAddress', () => {
  it.each([
    ['k/f', { streamKey: 'k', ticket: undefined, file: 'f', query: '' }],
    ['k/t/f', { streamKey: 'k', ticket: 't', file: 'f', query: '' }],
    ['k/t/f?a=1/2?3', { streamKey: 'k', ticket: 't', file: 'f', query: '?a=1/2?3' }],
    ['k/f?/x/y', { streamKey: 'k', ticket: undefined, file: 'f', query: '?/x/y' }],
    ['k/f?', { streamKey: 'k', ticket: undefined, file: 'f', query: '?' }],
    ['k/..%2ff', { streamKey: 'k', ticket: undefined, file: '..%2ff', query: '' }],
  ])('%s', (path, expected) => {
    expect(parseHlsAddress(path)).toEqual(expected);
  });

  it.each([
    '',
    '/',
    'k',
    'k/',
    '/f',
    '//',
    'k//f',
    'k/t/',
    'k//',
    '/t/f',
    'k/t/f/g',
    'k/t//f',
    'k/t/f/',
    '?k/t/f',
    'k?/t/f',
    'k/?x',
    'k/t/?x',
    `k/${'t'.repeat(3000)}/f`,
  ])('refuses %s', (path) => {
    expect(parseHlsAddress(path)).toBeUndefined();
  });

  it('takes apart what can be put together again, and never a name with a slash', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '/', '?', '.', '%', '\0', 'é') }), (path) => {
        const address = parseHlsAddress(path);
        if (address === undefined) return;
        const { streamKey, ticket, file, query } = address;
        const names = ticket === undefined ? [streamKey, file] : [streamKey, ticket, file];
        expect(names.every((name) => name !== '' && !/[/?]/.test(name))).toBe(true);
        expect(names.join('/') + query).toBe(path);
      }),
    );
  });
});

describe('parseMseAddress', () => {
  it.each([
    ['k', { streamKey: 'k', ticket: undefined }],
    ['k/t', { streamKey: 'k', ticket: 't' }],
  ])('%s', (path, expected) => {
    expect(parseMseAddress(path)).toEqual(expected);
  });

  it.each(['', '/', 'k/', '/t', 'k/t/', 'k//t', 'k/t/u', 'k'.repeat(3000)])('refuses %s', (path) => {
    expect(parseMseAddress(path)).toBeUndefined();
  });
});
