import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setupI18n, type Messages } from '@lingui/core';
import { describe, expect, it } from 'vitest';
import { compileCatalog } from '../../build/compile-catalogs.ts';

type Texts = Readonly<Record<string, string>>;

const source = (locale: string) => readFileSync(new URL(`${locale}.json`, import.meta.url), 'utf8');
// The catalogs are flat objects of strings; the first test asserts it.
const read = (locale: string) => JSON.parse(source(locale)) as Texts;
const argumentsOf = (message: string) =>
  [...message.matchAll(/\{(\w+)/g)]
    .map((match) => match[1])
    .filter((name) => !/^(?:Tidak|No|Sandi|Your)$/.test(name ?? ''));
const load = (locale: 'id' | 'en', file: string = locale) => {
  const messages = JSON.parse(compileCatalog(locale, source(file))) as Messages;
  return setupI18n({ locale, messages: { [locale]: messages } });
};

describe.each([
  ['portal', 'id', 'en'],
  ['administration', 'admin.id', 'admin.en'],
])('the catalogs of the %s', (_page, indonesianFile, englishFile) => {
  const indonesian = read(indonesianFile);
  const english = read(englishFile);

  it('hold the same texts in both languages, none empty', () => {
    expect(Object.keys(english)).toEqual(Object.keys(indonesian));
    for (const [file, texts] of [[indonesianFile, indonesian] as const, [englishFile, english] as const]) {
      for (const [id, text] of Object.entries(texts)) expect(text, `${file}: ${id}`).toMatch(/\S/);
    }
  });

  it('take the same arguments in both languages', () => {
    for (const [id, text] of Object.entries(indonesian))
      expect(new Set(argumentsOf(english[id] ?? '')), id).toEqual(new Set(argumentsOf(text)));
  });

  it('compile', () => {
    const ids = (locale: string, file: string) =>
      Object.keys(JSON.parse(compileCatalog(locale, source(file))) as Texts).toSorted();
    expect(ids('id', indonesianFile)).toEqual(Object.keys(indonesian).toSorted());
    expect(ids('en', englishFile)).toEqual(Object.keys(english).toSorted());
  });

  it('hold no text that nothing shows', () => {
    const code = readCode();
    const computed = /^(?:state|theme|age|player\.mode|player\.fallback)\./;
    const unused = Object.keys(indonesian).filter(
      (id) => !computed.test(id) && !code.includes(`'${id}'`) && !code.includes(`"${id}"`),
    );
    expect(unused).toEqual([]);
  });
});

describe('the catalogs', () => {
  it.each(['id', 'en'] as const)('fill in values: %s', (locale) => {
    const i18n = load(locale);
    expect(i18n._('player.retryIn', { seconds: 4 })).toContain('4');
    expect(i18n._('cameras.found', { count: 3 })).toMatch(/^3 /);
    expect(i18n._('trouble.cameraSince', { time: '10.42 WIB' })).toContain('10.42 WIB');
    expect(load(locale, `admin.${locale}`)._('wait.left', { time: '8' })).toContain('8');
  });

  it('say one and many in English', () => {
    const portal = load('en');
    expect([1, 2].map((count) => portal._('camera.viewers.count', { count }))).toEqual(['1 person', '2 people']);
    const admin = load('en', 'admin.en');
    expect([1, 2].map((count) => admin._('time.daysAgo', { count }))).toEqual(['1 day ago', '2 days ago']);
  });

  it('share no id: the administration loads both', () => {
    const portal = Object.keys(read('id'));
    expect(Object.keys(read('admin.id')).filter((id) => portal.includes(id))).toEqual([]);
  });

  it('are read by the page they belong to: the portal has no word of the administration', () => {
    const portal = readCode((file) => /^(?:portal|player|features[/\\](?:cameras|areas|streams))[/\\]/.test(file));
    expect(portal).toContain("t('app.skip')");
    expect(portal).not.toMatch(/admin-texts|admin\.(?:id|en)\.json/);
  });

  it('refuse a message that is not valid', () => {
    expect(() => compileCatalog('id', '{"a":"{count, plural, other {#}"}')).toThrow(/do not compile: a/);
  });
});

function readCode(isWanted: (file: string) => boolean = () => true): string {
  const root = fileURLToPath(new URL('../', import.meta.url));
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.') && isWanted(file))
    .map((file) => readFileSync(`${root}${file}`, 'utf8'))
    .join('\n');
}
