/** Sends a reply out of the response cache; `X-Cache` says whether it was there already. */
import type { FastifyReply } from 'fastify';
import type { CachedReply } from '../cache/response-cache.ts';
import { PUBLIC_CORS_HEADERS } from './cors.ts';

/** For replies that everybody may see. */
export function sendPublicCached(reply: FastifyReply, cached: CachedReply): FastifyReply {
  return reply
    .headers({ ...PUBLIC_CORS_HEADERS, 'cache-control': 'no-cache', 'x-cache': cached.hit ? 'HIT' : 'MISS' })
    .type('application/json; charset=utf-8')
    .send(cached.json);
}
