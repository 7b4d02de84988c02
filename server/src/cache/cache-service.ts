/** What administrators see of the response cache, and how they empty it. */
import type { Actor } from '../audit/actor.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { ResponseCache, ResponseCacheStats } from './response-cache.ts';

export interface CacheServiceOptions {
  readonly cache: ResponseCache;
  /** There is no change in the database that the entry could be part of. */
  readonly recordEvent: (event: AuditEvent) => void;
}

export class CacheService {
  readonly #options: CacheServiceOptions;

  constructor(options: CacheServiceOptions) {
    this.#options = options;
  }

  stats(): ResponseCacheStats {
    return this.#options.cache.stats();
  }

  /** @returns how many entries were dropped. */
  invalidate(prefix: string, actor: Actor): number {
    return this.#record(prefix, this.#options.cache.invalidate(prefix), actor);
  }

  /** @returns how many entries were dropped. */
  clear(actor: Actor): number {
    return this.#record(null, this.#options.cache.clear(), actor);
  }

  #record(prefix: string | null, removed: number, actor: Actor): number {
    this.#options.recordEvent({
      type: 'CACHE_INVALIDATED',
      actor,
      target: { kind: 'cache', id: null, name: prefix },
      details: { removed },
    });
    return removed;
  }
}
