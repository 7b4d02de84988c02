/** Words of the administration: catalogs of their own, so that visitors of the portal never load them. */
import { useLingui } from '@lingui/react';
import type { Messages } from '@lingui/core';
import adminIndonesian from './admin.id.json';
import { addWords, LANGUAGES, type LanguageCode } from './languages.ts';
import type { MessageId } from './message-id.ts';

/** Every text of the administration, by id, and those it shares with the portal. */
export type AdminMessageId = keyof typeof adminIndonesian | MessageId;

export type AdminTextOf = (id: AdminMessageId, values?: Readonly<Record<string, string | number>>) => string;

// The build compiles the catalogs, as in `languages.ts`.
export function addAdminWords(): void {
  addWords(
    adminIndonesian as Messages,
    async () => (await import('./admin.en.json')).default as unknown as Messages,
  );
}

/** The texts of the present language, by typed id; the component is drawn anew when the language changes. */
export function useAdminText(): { readonly t: AdminTextOf; readonly language: LanguageCode } {
  const { i18n } = useLingui();
  const language = LANGUAGES.find((code) => code === i18n.locale) ?? 'id';
  return { t: (id, values) => i18n._(id, values === undefined ? undefined : { ...values }), language };
}
