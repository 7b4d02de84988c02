/** The administration's entry: the setup token out of the address first, then theme and language, then the page. */
import './admin.css';
import { I18nProvider } from '@lingui/react';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { openSession, queries } from '../features/auth/session.ts';
import { takeSetupToken } from '../features/auth/setup-token.ts';
import { addAdminWords } from '../locales/admin-texts.ts';
import { i18n, openLanguage } from '../locales/languages.ts';
import { PageGuard } from '../ui/page-guard.tsx';
import { applyTheme, readTheme } from '../ui/theme.ts';
import { router } from './router.tsx';

async function start(): Promise<void> {
  takeSetupToken(location, history);
  applyTheme(readTheme());
  addAdminWords();
  openSession();
  // English not to be had right now: the page opens in Indonesian rather than not at all.
  await openLanguage().catch(() => {});
  const root = document.getElementById('root');
  if (root === null) throw new Error('the page has no #root');
  createRoot(root).render(
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <PageGuard>
          <QueryClientProvider client={queries}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </PageGuard>
      </I18nProvider>
    </StrictMode>,
  );
}

void start();
