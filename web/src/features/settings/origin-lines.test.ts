import { describe, expect, it } from 'vitest';
import { readOriginLines } from './origin-lines.ts';

describe('sites that may embed', () => {
  it.each([
    ['https://example.org', ['https://example.org']],
    ['https://Example.org/peta?x=1', ['https://example.org']],
    ['example.org', ['https://example.org']],
    ['example.org:8443/x', ['https://example.org:8443']],
    ['http://localhost:5173', ['http://localhost:5173']],
    ['*', ['*']],
    ['a.example, b.example\n a.example', ['https://a.example', 'https://b.example']],
    ['', []],
  ])('%j', (text, origins) => expect(readOriginLines(text)).toEqual({ origins, bad: [] }));

  it.each([
    'javascript:alert(1)',
    'ftp://example.org',
    'contoh',
    'https://',
    'https://a@b.example',
    'https://*.example.org x',
  ])('are not: %j', (text) => expect(readOriginLines(text).bad.length).toBeGreaterThan(0));
});
