/** The public portal's entry: theme and language first, then the page. */
import './portal.css';
import { I18nProvider } from '@lingui/react';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { i18n, openLanguage } from '../locales/languages.ts';
import { applyTheme, readTheme } from '../ui/theme.ts';
import { App } from './app.tsx';
import { PageGuard } from '../ui/page-guard.tsx';

const queries = new QueryClient();

async function start(): Promise<void> {
  applyTheme(readTheme());
  // English not to be had right now: the page opens in Indonesian rather than not at all.
  await openLanguage().catch(() => {});
  const root = document.getElementById('root');
  if (root === null) throw new Error('the page has no #root');
  createRoot(root).render(
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <PageGuard>
          <QueryClientProvider client={queries}>
            <App />
          </QueryClientProvider>
        </PageGuard>
      </I18nProvider>
    </StrictMode>,
  );
}

void start();
