/** The public list of areas. */
import type { FastifyPluginCallback } from 'fastify';
import { sendList } from '../http/send-list.ts';
import type { StreamService } from '../streams/stream-service.ts';

export function areaRoutes(streams: StreamService): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get('/api/areas/public', (request, reply) => sendList(streams.publicAreas, request, reply));
    done();
  };
}
