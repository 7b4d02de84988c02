/** Languages of the pages: Indonesian unless the visitor chose otherwise. English is fetched when it is first wanted. */
import { setupI18n, type I18n, type Messages } from '@lingui/core';
import { storedChoice } from '../lib/stored-choice.ts';
import indonesian from './id.json';

export const LANGUAGES = ['id', 'en'] as const;
export type LanguageCode = (typeof LANGUAGES)[number];

const choice = storedChoice<LanguageCode>('pantau.language', LANGUAGES);

// The build compiles the catalogs (`build/compile-catalogs.ts`): what arrives here is Lingui's compiled form.
export const i18n: I18n = setupI18n({ locale: 'id', messages: { id: indonesian as Messages } });

/** English of the pages that have words of their own; see `admin-texts.ts`. */
let loadMoreEnglish: (() => Promise<Messages>) | undefined;

/** Adds the words of an entry page; called before `openLanguage`. */
export function addWords(indonesianWords: Messages, loadEnglish: () => Promise<Messages>): void {
  i18n.load('id', indonesianWords);
  loadMoreEnglish = loadEnglish;
}

/** Shows the remembered language; called once before the first drawing. */
export async function openLanguage(): Promise<void> {
  await showLanguage(choice.read() ?? 'id');
}

export async function chooseLanguage(language: LanguageCode): Promise<void> {
  await showLanguage(language);
  choice.write(language);
}

async function showLanguage(language: LanguageCode): Promise<void> {
  if (language === 'en') {
    const [{ default: english }, more] = await Promise.all([import('./en.json'), loadMoreEnglish?.()]);
    i18n.load('en', { ...(english as Messages), ...more });
  }
  i18n.activate(language);
  document.documentElement.lang = language;
}
