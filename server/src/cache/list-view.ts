/** A public list that is kept as bytes, as the cache page shows it. */
import type { EncodedList } from '../encoded-list.ts';
import type { CacheView } from './response-cache.ts';

/** @param rebuild asks for a new build soon; until then the old bytes are sent. */
export function createListView(list: EncodedList, rebuild: () => void): CacheView {
  return {
    stats: () => list.stats(),
    invalidate() {
      list.expire();
      rebuild();
    },
  };
}
