/** The public list of areas. */
import type { FastifyPluginCallback } from 'fastify';
import type { StreamService } from '../streams/stream-service.ts';

export function areaRoutes(streams: StreamService): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get('/api/areas/public', (request, reply) => streams.publicAreas.send(request, reply));
    done();
  };
}
