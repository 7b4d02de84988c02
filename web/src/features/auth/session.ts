/** Who is signed in, as this tab knows it, and how tabs tell each other when that changes. */
import type { CurrentUser } from '@pantau/contract/auth';
import { QueryClient, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { createApiClient, ApiError, type ApiClient } from '../../lib/api-client.ts';
import { drafts } from '../../lib/drafts.ts';
import { createConfirmation } from './confirmation.ts';

/** Why the sign-in page is shown although somebody was signed in. */
export type SessionEnd = 'ended' | 'signed-out' | 'other-tab';

const ME = ['me'] as const;
const ME_FRESH_MS = 30_000;

export const queries: QueryClient = new QueryClient({
  defaultOptions: { queries: { retry: false, networkMode: 'always', staleTime: 5_000 } },
});

export const confirmation = createConfirmation();

export const api: ApiClient = createApiClient({
  confirm: () => confirmation.ask(),
  onSessionEnded: () => endSession('ended'),
  onRestricted: () => void queries.invalidateQueries({ queryKey: ME }),
});

let lastEnd: SessionEnd | undefined;
const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('pantau.session');

/** Listens to other tabs; called once. */
export function openSession(): void {
  channel?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (data === 'signed-out') forgetAccount('other-tab');
    if (data === 'signed-in') void queries.invalidateQueries({ queryKey: ME });
  });
}

/** The account that is signed in; null when nobody is. */
export function useMe(): UseQueryResult<CurrentUser | null> {
  return useQuery<CurrentUser | null>({
    queryKey: ME,
    queryFn: ({ signal }) => fetchMe(signal),
    staleTime: ME_FRESH_MS,
    // A session that ended meanwhile is noticed when somebody comes back to the tab. Not by a timer, which would keep it alive.
    refetchOnWindowFocus: true,
  });
}

async function fetchMe(signal: AbortSignal): Promise<CurrentUser | null> {
  const known = queries.getQueryData<CurrentUser | null>(ME);
  try {
    const me = await verifier.call<CurrentUser>('GET', '/api/auth/verify', undefined, signal);
    drafts.own(me.id);
    return me;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    if (known !== undefined && known !== null) {
      confirmation.answer(false);
      lastEnd ??= 'ended';
    }
    return null;
  }
}

/** `verify` answers 401 to everybody who is not signed in: no session ends by that. */
const verifier = createApiClient({
  confirm: () => Promise.resolve(false),
  onSessionEnded: () => {},
  onRestricted: () => {},
});

export function signedIn(me: CurrentUser): void {
  lastEnd = undefined;
  drafts.own(me.id);
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ME[0] });
  queries.setQueryData(ME, me);
  channel?.postMessage('signed-in');
}

/** The account changed its name, factors or password: what the frame shows is asked for again. */
export function refreshMe(): Promise<void> {
  return queries.invalidateQueries({ queryKey: ME });
}

/** Ends the session at the server, then here and in the other tabs. @throws what `api` throws */
export async function signOut(): Promise<void> {
  try {
    await verifier.call('POST', '/api/auth/logout');
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
  }
  drafts.forget();
  endSession('signed-out');
}

function endSession(reason: SessionEnd): void {
  forgetAccount(reason);
  if (reason === 'signed-out') channel?.postMessage('signed-out');
}

function forgetAccount(reason: SessionEnd): void {
  lastEnd ??= reason;
  if (reason !== 'ended') lastEnd = reason;
  confirmation.answer(false);
  queries.setQueryData(ME, null);
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ME[0] });
}

/** Why the last session of this tab ended, for the sign-in page. */
export function sessionEnd(): SessionEnd | undefined {
  return lastEnd;
}
