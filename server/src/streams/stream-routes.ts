/** Live state of the cameras: the list the landing page polls, and one camera. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Envelope } from '@pantau/contract/envelope';
import { StreamDetail, StreamList } from '@pantau/contract/stream';
import { PUBLIC_CORS_HEADERS } from '../http/cors.ts';
import { sendList } from '../http/send-list.ts';
import type { StreamService } from './stream-service.ts';

export function streamRoutes(streams: StreamService): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/api/stream',
      {
        config: { access: 'public' },
        // For the description of the API: `sendList` sends bytes that are ready.
        schema: { summary: 'Cameras with their live state', response: { 200: Envelope(StreamList) } },
      },
      (request, reply) => sendList(streams.streamList, request, reply),
    );

    app.get(
      '/api/stream/:id',
      {
        config: { access: 'public' },
        schema: {
          summary: 'One camera with its live state',
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
