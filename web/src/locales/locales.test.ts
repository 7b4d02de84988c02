import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setupI18n, type Messages } from '@lingui/core';
import { describe, expect, it } from 'vitest';
import { compileCatalog } from '../../build/compile-catalogs.ts';

const source = (locale: string) => readFileSync(new URL(`${locale}.json`, import.meta.url), 'utf8');
// The catalogs are flat objects of strings; the first test asserts it.
const read = (locale: string) => JSON.parse(source(locale)) as Record<string, string>;
const argumentsOf = (message: string) =>
  [...message.matchAll(/\{(\w+)/g)].map((match) => match[1]).filter((name) => !/^(?:Tidak|No)$/.test(name ?? ''));

describe('the catalogs', () => {
  it('hold the same texts in both languages, none empty', () => {
    expect(Object.keys(read('en'))).toEqual(Object.keys(read('id')));
    for (const locale of ['id', 'en']) {
      for (const [id, text] of Object.entries(read(locale))) expect(text, `${locale}: ${id}`).toMatch(/\S/);
    }
  });

  it('take the same arguments in both languages', () => {
    const english = read('en');
    for (const [id, text] of Object.entries(read('id'))) {
      expect(new Set(argumentsOf(english[id] ?? '')), id).toEqual(new Set(argumentsOf(text)));
    }
  });

  it.each(['id', 'en'])('compile, and fill in values: %s', (locale) => {
    const messages = JSON.parse(compileCatalog(locale, source(locale))) as Messages;
    const i18n = setupI18n({ locale, messages: { [locale]: messages } });
    expect(i18n._('player.retryIn', { seconds: 4 })).toContain('4');
    expect(i18n._('cameras.found', { count: 3 })).toMatch(/^3 /);
    expect(i18n._('trouble.cameraSince', { time: '10.42 WIB' })).toContain('10.42 WIB');
  });

  it('say one and many in English', () => {
    const messages = JSON.parse(compileCatalog('en', source('en'))) as Messages;
    const i18n = setupI18n({ locale: 'en', messages: { en: messages } });
    expect([1, 2].map((count) => i18n._('camera.viewers.count', { count }))).toEqual(['1 person', '2 people']);
  });

  it('refuse a message that is not valid', () => {
    expect(() => compileCatalog('id', '{"a":"{count, plural, other {#}"}')).toThrow(/do not compile: a/);
  });

  it('hold no text that nothing shows', () => {
    const root = fileURLToPath(new URL('../', import.meta.url));
    const code = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.'))
      .map((file) => readFileSync(`${root}${file}`, 'utf8'))
      .join('\n');
    const computed = /^(?:state|theme|age|player\.mode|player\.fallback)\./;
    const unused = Object.keys(read('id')).filter((id) => !computed.test(id) && !code.includes(`'${id}'`) && !code.includes(`"${id}"`));
    expect(unused).toEqual([]);
  });
});
