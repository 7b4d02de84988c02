/** The public list of cameras. Changing cameras is the command line's business. */
import type { FastifyPluginCallback } from 'fastify';
import { ActiveCameras } from '@pantau/contract/camera';
import { Envelope } from '@pantau/contract/envelope';
import { sendList } from '../http/send-list.ts';
import type { StreamService } from '../streams/stream-service.ts';

export function cameraRoutes(streams: StreamService): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get(
      '/api/cameras/active',
      {
        config: { access: 'public' },
        // For the description of the API: `sendList` sends bytes that are ready.
        schema: { summary: 'Cameras that are shown', response: { 200: Envelope(ActiveCameras) } },
      },
      (request, reply) => sendList(streams.activeCameras, request, reply),
    );
    done();
  };
}
