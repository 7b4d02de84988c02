/** The public list of areas. */
import type { FastifyPluginCallback } from 'fastify';
import { sendAudienceList } from '../streams/send-audience-list.ts';
import type { StreamService } from '../streams/stream-service.ts';

export function areaRoutes(streams: StreamService): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get(
      '/api/areas/public',
      { config: { access: 'public', limit: 'delivery', passive: true } },
      (request, reply) => sendAudienceList(streams, 'areas', request, reply),
    );
    done();
  };
}
