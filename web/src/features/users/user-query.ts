import type { PublicArea } from '@pantau/contract/area';
import type { User } from '@pantau/contract/user';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api, queries, refreshMe } from '../auth/session.ts';

const USERS = ['users'] as const;

export function useUsers(): UseQueryResult<readonly User[]> {
  return useQuery({
    queryKey: USERS,
    queryFn: ({ signal }) => api.call<readonly User[]>('GET', '/api/users', undefined, signal),
  });
}

/** Areas that may be granted. */
export function useGrantableAreas(isWanted: boolean): UseQueryResult<readonly PublicArea[]> {
  return useQuery({
    queryKey: ['areas', 'grantable'],
    queryFn: ({ signal }) => api.call<readonly PublicArea[]>('GET', '/api/areas/public', undefined, signal),
    enabled: isWanted,
    staleTime: 60_000,
  });
}

/** After any change: the list, and who is signed in, for it may have been the own account. */
export async function refreshUsers(): Promise<void> {
  await Promise.all([queries.invalidateQueries({ queryKey: USERS }), refreshMe()]);
}
