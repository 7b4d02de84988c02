import { useLingui } from '@lingui/react';
import { LANGUAGES, type LanguageCode } from './languages.ts';
import type { MessageId } from './message-id.ts';

export type TextOf = (id: MessageId, values?: Readonly<Record<string, string | number>>) => string;

/** The texts of the present language, by typed id; the component is drawn anew when the language changes. */
export function useText(): { readonly t: TextOf; readonly language: LanguageCode } {
  const { i18n } = useLingui();
  const language = LANGUAGES.find((code) => code === i18n.locale) ?? 'id';
  return { t: (id, values) => i18n._(id, values === undefined ? undefined : { ...values }), language };
}
