/** Languages of the portal: Indonesian unless the visitor chose otherwise. English is fetched when it is first wanted. */
import { setupI18n, type I18n, type Messages } from '@lingui/core';
import { storedChoice } from '../lib/stored-choice.ts';
import indonesian from './id.json';

export const LANGUAGES = ['id', 'en'] as const;
export type LanguageCode = (typeof LANGUAGES)[number];

const choice = storedChoice<LanguageCode>('pantau.language', LANGUAGES);

// The build compiles the catalogs (`build/compile-catalogs.ts`): what arrives here is Lingui's compiled form.
export const i18n: I18n = setupI18n({ locale: 'id', messages: { id: indonesian as Messages } });

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
    const { default: english } = await import('./en.json');
    i18n.load('en', english as Messages);
  }
  i18n.activate(language);
  document.documentElement.lang = language;
}
