/** Live state of the cameras: the list the landing page polls, one camera, and a link that opens its stream. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Envelope } from '@pantau/contract/envelope';
import { StreamDetail, StreamList, StreamToken } from '@pantau/contract/stream';
import type { Principal } from '../access/principal.ts';
import type { StreamTokenService } from '../delivery/stream-token-service.ts';
import { PRIVATE_HEADERS, PUBLIC_CORS_HEADERS } from '../http/cors.ts';
import { sendAudienceList } from './send-audience-list.ts';
import type { StreamService } from './stream-service.ts';

/** A camera's number, or its stream key. */
const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) });

export function streamRoutes(
  streams: StreamService,
  tokens: StreamTokenService,
): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/api/stream',
      {
        config: { access: 'public', limit: 'delivery', passive: true },
        // For the description of the API: `sendAudienceList` sends bytes that are ready.
        schema: { summary: 'Cameras with their live state', response: { 200: Envelope(StreamList) } },
      },
      (request, reply) => sendAudienceList(streams, 'streams', request, reply),
    );

    app.get(
      '/api/stream/:id',
      {
        config: { access: 'public', limit: 'delivery', passive: true },
        schema: {
          summary: 'One camera with its live state',
          params: Params,
          response: { 200: Envelope(StreamDetail) },
        },
      },
      (request, reply) => {
        const data = streams.getDetail(request.params.id, request.principal);
        reply.headers(headersFor(request.principal));
        return { success: true as const, data };
      },
    );

    app.get(
      '/api/stream/:id/token',
      {
        config: { access: 'public' },
        schema: {
          summary: 'A ticket for the stream, for players that are no browsers',
          params: Params,
          response: { 200: Envelope(StreamToken) },
        },
      },
      (request, reply) => {
        const data = tokens.issue(request.params.id, request.principal, request.actor);
        reply.headers({ ...headersFor(request.principal), 'cache-control': 'private, no-store' });
        return { success: true as const, data };
      },
    );
    done();
  };
}

function headersFor(principal: Principal): Readonly<Record<string, string>> {
  if (principal.kind === 'anonymous') return { ...PUBLIC_CORS_HEADERS, 'cache-control': 'no-cache' };
  return PRIVATE_HEADERS;
}
