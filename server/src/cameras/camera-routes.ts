/** The public list of cameras. Changing cameras is the command line's business. */
import type { FastifyPluginCallback } from 'fastify';
import { sendAudienceList } from '../streams/send-audience-list.ts';
import type { StreamService } from '../streams/stream-service.ts';

export function cameraRoutes(streams: StreamService): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get(
      '/api/cameras/active',
      { config: { access: 'public', limit: 'delivery', passive: true } },
      (request, reply) => sendAudienceList(streams, 'cameras', request, reply),
    );
    done();
  };
}
