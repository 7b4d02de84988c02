import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseEncoding } from './send-list.ts';

describe('chooseEncoding', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['identity', 'identity'],
    ['*', 'identity'],
    ['gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'br'],
    ['BR;q=1.0', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0.000,gzip; q=0', 'identity'],
    ['br;q=0.001', 'br'],
    ['xbr, brx', 'identity'],
  ])('%j → %s', (header, encoding) => {
    expect(chooseEncoding(header)).toBe(encoding);
  });

  it('takes anything', () => {
    fc.assert(
      fc.property(fc.string(), (header) => ['br', 'gzip', 'identity'].includes(chooseEncoding(header))),
    );
  });
});
