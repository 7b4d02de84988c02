/** `GET /health`: for load balancers, monitors and the operator's checklist. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Health } from '@pantau/contract/health';
import type { HealthService } from './health-service.ts';

export function healthRoutes(health: HealthService): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    const schema = { summary: 'State of the server', response: { 200: Health, 503: Health } };
    app.get(
      '/health',
      { config: { access: 'public', limit: 'delivery', passive: true }, schema },
      async (_request, reply) => {
        const report = await health.read();
        const healthy = report.status === 'ok' || report.status === 'degraded';
        return reply
          .code(healthy ? 200 : 503)
          .header('cache-control', 'no-store')
          .send(report);
      },
    );
    done();
  };
}
