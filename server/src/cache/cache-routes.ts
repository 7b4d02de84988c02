/** Seeing and emptying the response cache. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { CacheInvalidated, CacheStats, InvalidateCacheInput } from '@pantau/contract/cache';
import { Envelope } from '@pantau/contract/envelope';
import { presentCacheStats } from './cache-present.ts';
import type { CacheService } from './cache-service.ts';

export function cacheRoutes(cache: CacheService): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/api/cache/stats',
      {
        config: { access: 'cache:manage' },
        schema: { summary: 'Figures of the response cache', response: { 200: Envelope(CacheStats) } },
      },
      (_request, reply) => {
        reply.header('cache-control', 'no-store');
        return { success: true as const, data: presentCacheStats(cache.stats()) };
      },
    );

    app.post(
      '/api/cache/invalidate',
      {
        config: { access: 'cache:manage', audit: ['CACHE_INVALIDATED'] },
        schema: {
          summary: 'Drop what has a key that begins with a prefix',
          body: InvalidateCacheInput,
          response: { 200: Envelope(CacheInvalidated) },
        },
      },
      (request, reply) => {
        reply.header('cache-control', 'no-store');
        const removed = cache.invalidate(request.body.prefix, request.actor);
        return { success: true as const, data: { removed } };
      },
    );

    app.post(
      '/api/cache/clear',
      {
        config: { access: 'cache:manage', audit: ['CACHE_INVALIDATED'] },
        schema: { summary: 'Drop everything', response: { 200: Envelope(CacheInvalidated) } },
      },
      (request, reply) => {
        reply.header('cache-control', 'no-store');
        return { success: true as const, data: { removed: cache.clear(request.actor) } };
      },
    );
    done();
  };
}
