import { describe, expect, it } from 'vitest';
import { checkParagraphs, checkText, foldName } from './fields.ts';

const fail = (message: string) => new Error(message);
const text = (value: string) => checkText('name', value, 10, fail);
const paragraphs = (value: string) => checkParagraphs('description', value, 20, fail);

describe('checkText', () => {
  it.each([
    ['  Pasar  ', 'Pasar'],
    ['', null],
    ['\u00a0', null],
    ['\u200b', null],
    ['\u2060 \u200d\ufe0f', null],
    // A woman firefighter: three code points joined by U+200D.
    ['\u{1f469}\u200d\u{1f692}', '\u{1f469}\u200d\u{1f692}'],
    ['Cafe\u0301', 'Caf\u00e9'],
  ])('%j is %j', (value, expected) => {
    expect(text(value)).toBe(expected);
  });

  it.each([
    'a\nb',
    'a\tb',
    'a\x1b[31m',
    'a\x9bm',
    'a\u2028b',
    'a\u202eb',
    'a\u2066b',
    'a\ud800',
    'x'.repeat(11),
  ])('refuses %j', (value) => {
    expect(() => text(value)).toThrow(/^name must/);
  });
});

describe('checkText, for what looks like another name', () => {
  it.each(['a\u200bb', 'a\u2060b', 'a\ufeffb', '\udc00b'])('refuses %j', (value) => {
    expect(() => text(value)).toThrow(/^name must/);
  });
});

describe('checkParagraphs', () => {
  it('keeps line breaks, in one form', () => {
    expect(paragraphs('one\r\ntwo\n')).toBe('one\ntwo');
  });

  it.each(['a\rb', 'a\tb', 'a\x1b[31m', 'a\u202eb', 'x'.repeat(21)])('refuses %j', (value) => {
    expect(() => paragraphs(value)).toThrow(/^description must/);
  });
});

describe('foldName', () => {
  it('joins what people take for the same', () => {
    expect(foldName(' CAFE\u0301')).toBe(foldName('caf\u00e9'));
    expect(foldName('cafe')).not.toBe(foldName('caf\u00e9'));
  });
});
