/** Live state of the cameras: the list the landing page polls, and one camera. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Envelope } from '@pantau/contract/envelope';
import { StreamDetail } from '@pantau/contract/stream';
import { PUBLIC_CORS_HEADERS } from '../http/cors.ts';
import { sendList } from '../http/send-list.ts';
import type { StreamService } from './stream-service.ts';

export function streamRoutes(streams: StreamService): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get('/api/stream', (request, reply) => sendList(streams.streamList, request, reply));

    app.get(
      '/api/stream/:id',
      {
        schema: {
          params: Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) }),
          response: { 200: Envelope(StreamDetail) },
        },
      },
      (request, reply) => {
        reply.headers({ ...PUBLIC_CORS_HEADERS, 'cache-control': 'no-cache' });
        return { success: true as const, data: streams.getDetail(request.params.id) };
      },
    );
    done();
  };
}
