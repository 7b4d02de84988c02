/** Addresses of the administration. Pages are fetched when they are first opened. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
  Outlet,
} from '@tanstack/react-router';
import { readAuditSearch } from '../features/audit/audit-search.ts';
import { useMe } from '../features/auth/session.ts';
import { AppFrame } from './app-frame.tsx';
import { MissingPage } from './missing-page.tsx';
import { homeFor } from './nav.ts';
import { BrokenPage } from '../ui/page-guard.tsx';

const root = createRootRoute({ component: Outlet, notFoundComponent: MissingPage });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/admin/masuk',
  validateSearch: (search): { readonly kembali?: string } => readText(search, 'kembali'),
  component: lazyRouteComponent(() => import('../features/auth/sign-in-page.tsx'), 'SignInPage'),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/admin/siapkan',
  component: lazyRouteComponent(() => import('../features/auth/setup-page.tsx'), 'SetupPage'),
});

const app = createRoute({ getParentRoute: () => root, id: 'app', component: AppFrame });

const home = createRoute({ getParentRoute: () => app, path: '/admin', component: Home });

const account = createRoute({
  getParentRoute: () => app,
  path: '/admin/akun',
  component: lazyRouteComponent(() => import('../features/account/account-page.tsx'), 'AccountPage'),
});

/** What is open in the side panel is in the address, so that Back closes it and a link opens it. */
const users = createRoute({
  getParentRoute: () => app,
  path: '/admin/pengguna',
  validateSearch: (search): { readonly buka?: string } => readText(search, 'buka'),
  component: lazyRouteComponent(() => import('../features/users/users-page.tsx'), 'UsersPage'),
});

const keys = createRoute({
  getParentRoute: () => app,
  path: '/admin/kunci',
  validateSearch: (search): { readonly buka?: string } => readText(search, 'buka'),
  component: lazyRouteComponent(() => import('../features/api-keys/api-keys-page.tsx'), 'ApiKeysPage'),
});

const audit = createRoute({
  getParentRoute: () => app,
  path: '/admin/aktivitas',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import('../features/audit/audit-page.tsx'), 'AuditPage'),
});

const settings = createRoute({
  getParentRoute: () => app,
  path: '/admin/pengaturan',
  component: lazyRouteComponent(() => import('../features/settings/security-page.tsx'), 'SecurityPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    setup,
    app.addChildren([home, account, users, keys, audit, settings]),
  ]),
  defaultPreload: 'intent',
  defaultErrorComponent: BrokenPage,
  trailingSlash: 'never',
  // Plain addresses: `?cari=12` is a text, not a number in quotes.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const given = Object.entries(search).filter(
      (pair): pair is [string, string] => typeof pair[1] === 'string',
    );
    const text = new URLSearchParams(given).toString();
    return text === '' ? '' : `?${text}`;
  },
});

declare module '@tanstack/react-router' {
  // The way the router's types learn the addresses.
  interface Register {
    router: typeof router;
  }
}

function Home() {
  const me = useMe().data;
  return me === undefined || me === null ? null : <Navigate to={homeFor(me)} replace />;
}

function readText<N extends string>(
  search: Readonly<Record<string, unknown>>,
  name: N,
): { readonly [K in N]?: string } {
  const value = search[name];
  // The one property is the one that was asked for.
  return (typeof value === 'string' && value !== '' ? { [name]: value } : {}) as {
    readonly [K in N]?: string;
  };
}
