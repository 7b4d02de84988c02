import type { ReactNode } from 'react';
import { useAdminText } from '../../locales/admin-texts.ts';
import { BrandMark } from '../../ui/brand-mark.tsx';
import { LanguageMenu } from '../../ui/language-menu.tsx';
import { ThemeMenu } from '../../ui/theme-menu.tsx';
import { usePageTitle } from '../../ui/use-page-title.ts';
import { PlainHttpNotice } from './plain-http-notice.tsx';

/** The frame of pages that nobody is signed in on: one column, one task. */
export function AuthFrame({
  title,
  hint,
  children,
}: {
  readonly title: string;
  readonly hint?: string;
  readonly children: ReactNode;
}) {
  const { t } = useAdminText();
  usePageTitle(`${title} · ${t('app.name')}`);
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex items-center justify-between px-4 py-2 md:px-6">
        <a
          href="/"
          className="flex h-11 items-center gap-2.5 rounded-control pr-2 font-display text-lg font-extrabold tracking-tight"
        >
          <BrandMark />
          {t('app.name')}
        </a>
        <div className="flex items-center">
          <LanguageMenu />
          <ThemeMenu />
        </div>
      </header>
      <main className="mx-auto flex w-full max-w-md flex-1 flex-col px-4 pt-6 pb-12 md:pt-[10vh]">
        <div className="grid gap-6 md:rounded-picture md:border md:border-line md:bg-surface md:p-8 md:shadow-one">
          <div className="grid gap-1.5">
            <h1 className="text-xl">{title}</h1>
            {hint !== undefined && <p className="text-base text-ink-soft">{hint}</p>}
          </div>
          <PlainHttpNotice />
          {children}
        </div>
        <a
          href="/"
          className="mx-auto mt-6 inline-flex min-h-11 items-center px-3 text-sm font-semibold text-accent"
        >
          {t('auth.toCameras')}
        </a>
      </main>
    </div>
  );
}
