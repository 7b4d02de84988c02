/** The public list of areas. */
import type { FastifyPluginCallback } from 'fastify';
import { PublicAreas } from '@pantau/contract/area';
import { Envelope } from '@pantau/contract/envelope';
import { sendAudienceList } from '../streams/send-audience-list.ts';
import type { StreamService } from '../streams/stream-service.ts';

export function areaRoutes(streams: StreamService): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get(
      '/api/areas/public',
      {
        config: { access: 'public', limit: 'delivery', passive: true },
        // For the description of the API: `sendAudienceList` sends bytes that are ready.
        schema: {
          summary: 'Areas with the number of their cameras',
          response: { 200: Envelope(PublicAreas) },
        },
      },
      (request, reply) => sendAudienceList(streams, 'areas', request, reply),
    );
    done();
  };
}
