/** The public list of cameras. Changing cameras is the command line's business. */
import type { FastifyPluginCallback } from 'fastify';
import { ActiveCameras } from '@pantau/contract/camera';
import { Envelope } from '@pantau/contract/envelope';
import { sendAudienceList } from '../streams/send-audience-list.ts';
import type { StreamService } from '../streams/stream-service.ts';

export function cameraRoutes(streams: StreamService): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get(
      '/api/cameras/active',
      {
        config: { access: 'public', limit: 'delivery', passive: true },
        // For the description of the API: `sendAudienceList` sends bytes that are ready.
        schema: { summary: 'Cameras that are shown', response: { 200: Envelope(ActiveCameras) } },
      },
      (request, reply) => sendAudienceList(streams, 'cameras', request, reply),
    );
    done();
  };
}
