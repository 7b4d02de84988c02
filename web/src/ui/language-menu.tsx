import { chooseLanguage } from '../locales/languages.ts';
import { useText } from '../locales/use-text.ts';

/** Switches between the two languages; shows the present one, names the other. */
export function LanguageMenu() {
  const { t, language } = useText();
  const other = language === 'id' ? 'en' : 'id';
  const otherName = other === 'id' ? 'Bahasa Indonesia' : 'English';
  return (
    <button
      type="button"
      title={otherName}
      // Its words could not be fetched: the present ones stay.
      onClick={() => void chooseLanguage(other).catch(() => {})}
      className="inline-flex h-11 min-w-11 shrink-0 items-center justify-center rounded-control px-2 text-sm font-semibold transition-colors hover:bg-raised"
    >
      <span className="sr-only">{t('header.language')}: </span>
      {language.toUpperCase()}
      <span className="sr-only" lang={other}>
        {', '}
        {otherName}
      </span>
    </button>
  );
}
