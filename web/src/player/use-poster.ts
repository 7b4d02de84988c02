/** The still picture that stands where no moving one is yet, with its age. */
import type { StreamCamera } from '@pantau/contract/stream';
import { useState } from 'react';
import { useNow } from '../ui/use-now.ts';
import { posterAgeS, isPosterOld } from './poster-age.ts';

export interface PosterHandle {
  readonly url: string;
  /** Whole seconds. */
  readonly ageS: number;
  /** Too old to be shown in colour, or of a camera that sends nothing now. */
  readonly isOld: boolean;
  /** The picture could not be loaded: there is none then, until there is a newer one. */
  readonly onFailed: () => void;
}

/** @returns undefined without a picture; while a camera is being repaired it may show anything, and so nothing is shown. */
export function usePoster({
  snapshot,
  state,
}: Pick<StreamCamera, 'snapshot' | 'state'>): PosterHandle | undefined {
  const nowMs = useNow(10_000);
  const [failedUrl, setFailedUrl] = useState<string>();
  if (snapshot === null || state === 'maintenance' || snapshot.url === failedUrl) return undefined;
  const ageS = posterAgeS(snapshot.taken_at, nowMs);
  return {
    url: snapshot.url,
    ageS,
    isOld: isPosterOld(ageS, state),
    onFailed: () => setFailedUrl(snapshot.url),
  };
}
