import { Type, type Static } from 'typebox';

/** `GET /api/cache/stats` → `Envelope(CacheStats)`. */
export const CacheStats = Type.Object({
  hits: Type.Integer(),
  misses: Type.Integer(),
  sets: Type.Integer(),
  invalidations: Type.Integer(),
  /** Entries that had to go for want of room. */
  evictions: Type.Integer(),
  /** Share of requests answered from the cache, 0..1; 0 before the first request. */
  hit_rate: Type.Number({ minimum: 0, maximum: 1 }),
  size: Type.Integer(),
  max_size: Type.Integer(),
  bytes: Type.Integer(),
  keys: Type.Array(Type.String()),
});
export type CacheStats = Static<typeof CacheStats>;

/** `POST /api/cache/invalidate`: entries whose key begins with `prefix` → `Envelope(CacheInvalidated)`. */
export const InvalidateCacheInput = Type.Object(
  { prefix: Type.String({ minLength: 1, maxLength: 200 }) },
  { additionalProperties: false },
);
export type InvalidateCacheInput = Static<typeof InvalidateCacheInput>;

export const CacheInvalidated = Type.Object({ removed: Type.Integer() });
export type CacheInvalidated = Static<typeof CacheInvalidated>;
