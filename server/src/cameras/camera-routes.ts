/** The public list of cameras. Changing cameras is the command line's business. */
import type { FastifyPluginCallback } from 'fastify';
import { sendList } from '../http/send-list.ts';
import type { StreamService } from '../streams/stream-service.ts';

export function cameraRoutes(streams: StreamService): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get('/api/cameras/active', (request, reply) => sendList(streams.activeCameras, request, reply));
    done();
  };
}
