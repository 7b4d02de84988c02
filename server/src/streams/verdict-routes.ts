/** How the cameras do and when they are tried again: for the administration. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Envelope } from '@pantau/contract/envelope';
import { CameraVerdicts } from '@pantau/contract/verdict';
import type { StreamService } from './stream-service.ts';

export function verdictRoutes(streams: StreamService): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/api/cameras/verdicts',
      {
        config: { access: 'cameras:read' },
        schema: {
          summary: 'The verdict on every enabled camera',
          response: { 200: Envelope(CameraVerdicts) },
        },
      },
      () => ({ success: true as const, data: streams.listVerdicts() }),
    );
    done();
  };
}
