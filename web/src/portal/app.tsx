import { useEffect, useRef } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { useText } from '../locales/use-text.ts';
import { CameraPage } from './camera-page.tsx';
import { Header } from './header.tsx';
import { LandingPage } from './landing-page.tsx';
import { MissingPage } from './missing-page.tsx';

/** The frame around every page of the portal, and which page it is. */
export function App() {
  const { t } = useText();
  const mainRef = useRef<HTMLElement>(null);
  usePageChangeFocus(mainRef);
  return (
    <>
      <a
        href="#content"
        className="sr-only z-50 rounded-control bg-accent px-4 py-3 font-semibold text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t('app.skip')}
      </a>
      <Header />
      <main
        id="content"
        ref={mainRef}
        tabIndex={-1}
        className="mx-auto w-full max-w-[100rem] px-4 pb-16 md:px-6"
      >
        <Switch>
          <Route path="/">
            <LandingPage />
          </Route>
          <Route path="/kamera/:slug">{({ slug }) => <CameraPage slug={slug} />}</Route>
          <Route>
            <MissingPage />
          </Route>
        </Switch>
      </main>
      <footer className="mx-auto flex w-full max-w-[100rem] justify-center px-4 pb-6 md:px-6">
        {/* A plain link: who is signed in costs visitors no request. */}
        <a
          href="/admin"
          className="inline-flex min-h-11 items-center rounded-control px-3 text-sm text-ink-soft hover:text-ink"
        >
          {t('footer.signIn')}
        </a>
      </footer>
    </>
  );
}

/** After going to another page, keyboard and screen reader start at its content, and the page at its top. */
function usePageChangeFocus(mainRef: React.RefObject<HTMLElement | null>): void {
  const [path] = useLocation();
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    scrollTo(0, 0);
    mainRef.current?.focus({ preventScroll: true });
  }, [path, mainRef]);
}
