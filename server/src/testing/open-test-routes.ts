/** The routes of a few slices without the rest of the server: the caller is whoever a test says. */
import Fastify, { type FastifyInstance, type FastifyPluginCallback } from 'fastify';
import { systemClock } from '@pantau/base/clock';
import { ANONYMOUS, type Principal } from '../access/principal.ts';
import type { Actor } from '../audit/actor.ts';
import { createErrorHandler } from '../http/error-response.ts';

export const TEST_ACTOR: Actor = {
  kind: 'account',
  id: 7,
  name: 'admin-1',
  address: '203.0.113.7',
  userAgent: 'test',
  endpoint: 'TEST',
};

/** Access is not checked: that is the guard's, and its own tests' matter. */
export async function openTestRoutes(
  plugins: readonly FastifyPluginCallback[],
  principal: Principal = ANONYMOUS,
): Promise<FastifyInstance> {
  const app = Fastify();
  app.setErrorHandler(createErrorHandler(systemClock));
  app.addHook('onRequest', (request, _reply, done) => {
    request.principal = principal;
    request.actor = { ...TEST_ACTOR, endpoint: `${request.method} ${request.routeOptions.url ?? ''}` };
    done();
  });
  for (const plugin of plugins) await app.register(plugin);
  await app.ready();
  return app;
}
