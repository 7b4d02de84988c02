import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptsGzip, parseDirectives, parseHlsPath, parseRange } from './hls-request.ts';

describe('parseHlsPath', () => {
  it.each([
    ['cam-1/index.m3u8', { key: 'cam-1', file: 'index.m3u8', query: '' }],
    ['cam-1/seg-7.m4s?token=a/b?c', { key: 'cam-1', file: 'seg-7.m4s', query: 'token=a/b?c' }],
    ['cam-1/..', { key: 'cam-1', file: '..', query: '' }],
    ['cam-1', undefined],
    ['cam-1/', undefined],
    ['cam-1/?x', undefined],
    ['/index.m3u8', undefined],
    ['cam-1/a/b', undefined],
    ['?cam-1/index.m3u8', undefined],
    ['', undefined],
    [`cam-1/${'x'.repeat(3000)}`, undefined],
  ])('%s', (path, expected) => {
    expect(parseHlsPath(path)).toEqual(expected);
  });

  it('takes any text apart without loss, or refuses it', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '/', '?', '%', '.', '\0', 'é') }), (path) => {
        const parsed = parseHlsPath(path);
        if (!parsed) return;
        expect(parsed.key).not.toMatch(/[/?]/);
        expect(parsed.file).not.toMatch(/[/?]/);
        expect(`${parsed.key}/${parsed.file}${path.includes('?') ? `?${parsed.query}` : ''}`).toBe(path);
      }),
    );
  });
});

describe('parseDirectives', () => {
  it.each([
    ['', { sequence: undefined, part: undefined, skip: false }],
    ['token=x', { sequence: undefined, part: undefined, skip: false }],
    ['_HLS_msn=12', { sequence: 12, part: undefined, skip: false }],
    ['a=b&_HLS_msn=12&_HLS_part=3&_HLS_skip=YES', { sequence: 12, part: 3, skip: true }],
    ['_HLS_skip=v2', { sequence: undefined, part: undefined, skip: true }],
    ['_HLS_skip=maybe', { sequence: undefined, part: undefined, skip: false }],
    ['_HLS_part=3', undefined],
    ['_HLS_msn=', undefined],
    ['_HLS_msn=-1', undefined],
    ['_HLS_msn=1.5', undefined],
    ['_HLS_msn=1e3', undefined],
    ['_HLS_msn=0x10', undefined],
    ['_HLS_msn=+5', undefined],
    ['_HLS_msn=18446744073709551616', undefined],
    ['_HLS_msn=1&_HLS_part=x', undefined],
  ])('%s', (query, expected) => {
    expect(parseDirectives(query)).toEqual(expected);
  });

  it('never throws and yields only safe integers', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (sequence, part) => {
        const parsed = parseDirectives(`_HLS_msn=${sequence}&_HLS_part=${part}`);
        for (const value of [parsed?.sequence, parsed?.part]) {
          if (value !== undefined) expect(Number.isSafeInteger(value) && value >= 0).toBe(true);
        }
      }),
    );
  });
});

describe('parseRange', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=10-19', { start: 10, end: 19 }],
    ['bytes=90-', { start: 90, end: 99 }],
    ['bytes=90-1000', { start: 90, end: 99 }],
    ['bytes=-10', { start: 90, end: 99 }],
    ['bytes=-1000', { start: 0, end: 99 }],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=20-10', undefined],
    ['bytes=0-1,5-6', undefined],
    ['bytes=-', undefined],
    ['items=0-1', undefined],
    ['bytes=a-b', undefined],
  ])('%s of 100 bytes', (header, expected) => {
    expect(parseRange(header, 100)).toEqual(expected);
  });

  it('stays inside the file for any header', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[bytes=0-9,-]*$/), fc.nat(1000), (header, size) => {
        const range = parseRange(header, size);
        if (range === undefined || range === 'unsatisfiable') return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeGreaterThanOrEqual(range.start);
        expect(range.end).toBeLessThan(size);
      }),
    );
  });
});

describe('acceptsGzip', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['gzip', true],
    ['gzip, deflate, br', true],
    ['br;q=1.0, gzip;q=0.8, *;q=0.1', true],
    ['*', true],
    ['identity', false],
    ['gzip;q=0', false],
    ['gzip;q=0.0, br', false],
    ['gzip; q=0.5', true],
    ['x-gzip-not', false],
  ])('%s', (header, expected) => {
    expect(acceptsGzip(header)).toBe(expected);
  });
});
