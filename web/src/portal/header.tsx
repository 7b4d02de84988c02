import { useLocation } from 'wouter';
import { Brand } from '../ui/brand.tsx';
import { LanguageMenu } from '../ui/language-menu.tsx';
import { ThemeMenu } from '../ui/theme-menu.tsx';
import { SearchBox } from '../features/cameras/search-box.tsx';
import { classNames } from '../ui/class-names.ts';

/** Brand, search, language, appearance. On a phone the search has a row of its own, on the list page only. */
export function Header() {
  const [path] = useLocation();
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-surface">
      <div className="mx-auto flex max-w-[100rem] flex-wrap items-center gap-x-2 px-4 py-2 md:flex-nowrap md:gap-x-4 md:px-6">
        <Brand />
        <div
          className={classNames(
            'order-last w-full pt-2 md:order-none md:block md:w-auto md:flex-1 md:pt-0',
            path !== '/' && 'hidden',
          )}
        >
          <SearchBox />
        </div>
        <div className="ml-auto flex items-center">
          <LanguageMenu />
          <ThemeMenu />
        </div>
      </div>
    </header>
  );
}
