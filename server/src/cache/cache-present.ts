/** The figures of the response cache. */
import type { CacheStats } from '@pantau/contract/cache';
import type { ResponseCacheStats } from './response-cache.ts';

export function presentCacheStats(stats: ResponseCacheStats): CacheStats {
  const { hits, misses, sets, invalidations, evictions, size, maxSize, bytes, keys } = stats;
  const asked = hits + misses;
  return {
    hits,
    misses,
    sets,
    invalidations,
    evictions,
    hit_rate: asked === 0 ? 0 : hits / asked,
    size,
    max_size: maxSize,
    bytes,
    keys: [...keys],
  };
}
