/** The list of cameras with their live state, asked for again and again; an unchanged list costs a 304 and no drawing. */
import type { StreamCamera, StreamDetail, StreamList } from '@pantau/contract/stream';
import type { PublicArea, PublicAreas } from '@pantau/contract/area';
import { useQuery, type Query, type QueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import { readDeviceFacts } from '../../lib/device-class.ts';
import { conditionalFetcher } from './conditional-fetch.ts';

const POLL_MS = 15_000;
const POLL_SLOW_MS = 45_000;
const POLL_HIDDEN_MS = 120_000;
/** While the server does not answer: short enough to notice its return. */
const POLL_LOST_MS = 5_000;
/** A new server: somebody is adding the first camera and looks here for it. */
const POLL_EMPTY_MS = 3_000;
const AREAS_FRESH_MS = 300_000;

const STREAMS_KEY = ['streams'] as const;
const fetchStreams = conditionalFetcher<StreamList>('/api/stream');
const fetchAreas = conditionalFetcher<PublicAreas>('/api/areas/public');

const POLLED = {
  refetchIntervalInBackground: true,
  refetchOnWindowFocus: 'always',
  networkMode: 'always',
  retry: false,
} as const;

export function useStreams(): UseQueryResult<readonly StreamCamera[]> {
  return useQuery<readonly StreamCamera[]>({
    queryKey: STREAMS_KEY,
    queryFn: ({ signal }) => fetchStreams(signal),
    refetchInterval: (query) => nextPollMs(query, query.state.data?.length === 0),
    ...POLLED,
  });
}

/** One camera by its stream key, whether or not a list has it: what a link to an unlisted camera opens. Polled like the list. */
export function useLinkedCamera(streamKey: string): UseQueryResult<StreamCamera> {
  const fetchDetail = useMemo(
    () => conditionalFetcher<StreamDetail>(`/api/stream/${streamKey}`),
    [streamKey],
  );
  return useQuery<StreamCamera>({
    // Below the list's own key: who asks for the list anew asks for this too.
    queryKey: [...STREAMS_KEY, streamKey],
    queryFn: async ({ signal }) => (await fetchDetail(signal)).camera,
    refetchInterval: (query) => nextPollMs(query, false),
    ...POLLED,
  });
}

export function useAreas(): UseQueryResult<readonly PublicArea[]> {
  return useQuery<readonly PublicArea[]>({
    queryKey: ['areas'],
    queryFn: ({ signal }) => fetchAreas(signal),
    staleTime: AREAS_FRESH_MS,
    refetchInterval: (query) => (query.state.status === 'error' ? POLL_LOST_MS : AREAS_FRESH_MS),
    networkMode: 'always',
    retry: false,
  });
}

/** Asks for the list now, unless it was asked for within the last moments: a player met trouble. */
export function refreshStreams(client: QueryClient, nowMs: number): void {
  const state = client.getQueryState(STREAMS_KEY);
  const lastMs = Math.max(state?.dataUpdatedAt ?? 0, state?.errorUpdatedAt ?? 0);
  if (state?.fetchStatus === 'idle' && nowMs - lastMs > 3_000)
    void client.refetchQueries({ queryKey: STREAMS_KEY });
}

function nextPollMs({ state }: Pick<Query<unknown, Error, unknown>, 'state'>, isEmpty: boolean): number {
  return pollDelayMs({
    isHidden: document.visibilityState === 'hidden',
    isSavingData: readDeviceFacts().isSavingData,
    isLost: state.fetchFailureCount > 0 || state.status === 'error',
    isEmpty,
  });
}

export function pollDelayMs(facts: {
  isHidden: boolean;
  isSavingData: boolean;
  isLost: boolean;
  isEmpty: boolean;
}): number {
  if (facts.isHidden) return POLL_HIDDEN_MS;
  if (facts.isLost) return POLL_LOST_MS;
  if (facts.isEmpty) return POLL_EMPTY_MS;
  return facts.isSavingData ? POLL_SLOW_MS : POLL_MS;
}
