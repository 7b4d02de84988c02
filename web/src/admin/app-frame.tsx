import { lazy, Suspense, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { Menu, ShieldX } from 'lucide-react';
import type { CurrentUser } from '@pantau/contract/auth';
import { confirmation, useMe } from '../features/auth/session.ts';
import { useAdminText } from '../locales/admin-texts.ts';
import { Dialog } from '../ui/admin/dialog.tsx';
import { QueryGate } from '../ui/admin/query-gate.tsx';
import { BrandMark } from '../ui/brand-mark.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { MessagePanel } from '../ui/message-panel.tsx';
import { useOnline } from '../ui/use-online.ts';
import { usePageTitle } from '../ui/use-page-title.ts';
import { NAV, navFor } from './nav.ts';
import { Rail } from './rail.tsx';

/** The frame around every page of somebody who is signed in. Nobody else gets past it. */
export function AppFrame() {
  const me = useMe();
  const navigate = useNavigate();
  const isSignedOut = me.data === null;
  useEffect(() => {
    if (!isSignedOut) return;
    const kembali = location.pathname + location.search;
    void navigate({ to: '/admin/masuk', search: kembali === '/admin' ? {} : { kembali }, replace: true });
  }, [isSignedOut, navigate]);
  if (me.data === null) return null;
  return (
    <div className="min-h-dvh">
      <QueryGateOrFrame query={me} />
    </div>
  );
}

function QueryGateOrFrame({ query }: { readonly query: ReturnType<typeof useMe> }) {
  if (query.data !== undefined && query.data !== null) return <Frame me={query.data} />;
  return (
    <main className="mx-auto max-w-5xl px-4 py-10">
      <QueryGate query={query}>{() => null}</QueryGate>
    </main>
  );
}

function Frame({ me }: { readonly me: CurrentUser }) {
  const { t } = useAdminText();
  // Of the page that is drawn: on the way to another one the address is ahead of it.
  const pathname = useRouterState({ select: (state) => (state.resolvedLocation ?? state.location).pathname });
  const [isMenuOpen, setIsMenuOpen] = useState(false);
  const mainRef = useRef<HTMLElement>(null);
  const allowed = navFor(me);
  const page = NAV.find(({ to }) => pathname.startsWith(to));
  const isAllowed = page === undefined || allowed.includes(page);
  usePageTitle(`${t(page?.words ?? 'frame.title')} · ${t('app.name')}`);
  useRestrictionRedirect(me, pathname);
  usePageChangeFocus(mainRef, pathname);
  return (
    <>
      <a
        href="#content"
        className="sr-only z-50 rounded-control bg-accent px-4 py-3 font-semibold text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t('app.skip')}
      </a>
      <div className="lg:grid lg:grid-cols-[15.5rem_minmax(0,1fr)]">
        <aside className="sticky top-0 hidden h-dvh border-r border-line bg-surface lg:block">
          <Rail me={me} entries={allowed} />
        </aside>
        <header className="sticky top-0 z-20 flex items-center gap-2 border-b border-line bg-surface px-2 py-1.5 lg:hidden">
          <IconButton label={t('frame.menu')} onClick={() => setIsMenuOpen(true)}>
            <Menu size={22} aria-hidden="true" />
          </IconButton>
          <BrandMark />
          <span className="font-display text-lg font-extrabold tracking-tight">{t('app.name')}</span>
        </header>
        <main
          id="content"
          ref={mainRef}
          tabIndex={-1}
          className="w-full max-w-6xl min-w-0 px-4 pt-6 pb-16 md:px-8 lg:pt-9"
        >
          <OfflineNote />
          {isAllowed ? <Outlet /> : <NoRight />}
        </main>
      </div>
      {isMenuOpen && (
        <Dialog title={t('frame.menu')} place="start" onClose={() => setIsMenuOpen(false)}>
          <Rail me={me} entries={allowed} isInMenu onGo={() => setIsMenuOpen(false)} />
        </Dialog>
      )}
      <Confirmation me={me} />
    </>
  );
}

const loadConfirmDialog = () => import('../features/auth/confirm-dialog.tsx');
const ConfirmDialog = lazy(async () => ({ default: (await loadConfirmDialog()).ConfirmDialog }));

/** Fetched in good time, so that the question can also be asked when the network has just become bad. */
function Confirmation({ me }: { readonly me: CurrentUser }) {
  const isOpen = useSyncExternalStore(confirmation.subscribe, confirmation.isOpen);
  useEffect(() => void loadConfirmDialog().catch(() => {}), []);
  if (!isOpen) return null;
  return (
    <Suspense>
      <ConfirmDialog me={me} />
    </Suspense>
  );
}

/** While the account is restricted, every address leads to the one task. */
function useRestrictionRedirect(me: CurrentUser, pathname: string): void {
  const navigate = useNavigate();
  const isElsewhere = me.restriction !== null && pathname !== '/admin/akun';
  useEffect(() => {
    if (isElsewhere) void navigate({ to: '/admin/akun', replace: true });
  }, [isElsewhere, navigate]);
}

/** After going to another page, keyboard and screen reader start at its content, and the page at its top. */
function usePageChangeFocus(mainRef: React.RefObject<HTMLElement | null>, pathname: string): void {
  const last = useRef(pathname);
  useEffect(() => {
    if (last.current === pathname) return;
    last.current = pathname;
    scrollTo(0, 0);
    mainRef.current?.focus({ preventScroll: true });
  }, [pathname, mainRef]);
}

function OfflineNote() {
  const { t } = useAdminText();
  if (useOnline()) return null;
  return (
    <p
      role="status"
      className="mb-5 rounded-control border border-degraded/35 bg-degraded/8 px-3.5 py-3 text-sm"
    >
      {t('frame.offline')}
    </p>
  );
}

function NoRight() {
  const { t } = useAdminText();
  return (
    <MessagePanel icon={<ShieldX size={28} />} title={t('frame.noRight.title')} isPage>
      <p>{t('frame.noRight.hint')}</p>
    </MessagePanel>
  );
}
