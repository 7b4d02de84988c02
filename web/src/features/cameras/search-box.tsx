import { Search, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useText } from '../../locales/use-text.ts';
import { useListFilter } from './use-list-filter.ts';

/** Search by name, street or place. `/` jumps here from anywhere, Esc clears. What is searched is in the address, so it can be shared. */
export function SearchBox() {
  const { t } = useText();
  const { query, setQuery } = useListFilter();
  const inputRef = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
        return;
      event.preventDefault();
      inputRef.current?.focus();
      inputRef.current?.select();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);

  return (
    <form
      role="search"
      className="relative md:mx-auto md:max-w-xl"
      onSubmit={(event) => event.preventDefault()}
    >
      <Search
        size={18}
        className="pointer-events-none absolute top-1/2 left-3.5 -translate-y-1/2 text-ink-soft"
        aria-hidden="true"
      />
      <input
        ref={inputRef}
        type="search"
        value={query}
        aria-label={t('header.search')}
        placeholder={t('header.search.placeholder')}
        autoComplete="off"
        enterKeyHint="search"
        maxLength={100}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          if (query === '') inputRef.current?.blur();
          setQuery('');
        }}
        className="h-11 w-full rounded-control border border-line bg-ground pr-11 pl-10 text-base placeholder:text-ink-soft [&::-webkit-search-cancel-button]:hidden"
      />
      {query === '' ? (
        <kbd
          aria-hidden="true"
          className="pointer-events-none absolute top-1/2 right-3 hidden -translate-y-1/2 rounded border border-line px-1.5 text-xs text-ink-soft md:block"
        >
          /
        </kbd>
      ) : (
        <button
          type="button"
          aria-label={t('header.search.clear')}
          onClick={() => {
            setQuery('');
            inputRef.current?.focus();
          }}
          className="absolute top-0 right-0 grid size-11 place-items-center text-ink-soft"
        >
          <X size={18} aria-hidden="true" />
        </button>
      )}
    </form>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))
  );
}
