/** What the public can narrow the areas by. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { AreaFilters } from '@pantau/contract/area';
import { Envelope } from '@pantau/contract/envelope';
import type { ResponseCache } from '../cache/response-cache.ts';
import { sendPublicCached } from '../http/send-cached.ts';
import type { AreaService } from './area-service.ts';

/** Everything of areas in the response cache has a key that begins so: invalidate it when areas change. */
export const AREA_CACHE_PREFIX = 'areas/';
const TTL_MS = 15 * 60 * 1000;

export function areaFilterRoutes(areas: AreaService, cache: ResponseCache): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/api/areas/filters',
      {
        config: { access: 'public' },
        schema: {
          summary: 'Levels of an address that areas have',
          response: { 200: Envelope(AreaFilters) },
        },
      },
      async (_request, reply) => {
        const request = {
          namespace: `${AREA_CACHE_PREFIX}filters`,
          params: {},
          audience: 'public',
          ttlMs: TTL_MS,
        };
        return sendPublicCached(reply, await cache.get(request, () => areas.listFilters()));
      },
    );
    done();
  };
}
