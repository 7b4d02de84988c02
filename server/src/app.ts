/** The web application: its slices in order, and what all of them share. */
import { randomBytes } from 'node:crypto';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { ANONYMOUS } from './access/principal.ts';
import { areaRoutes } from './areas/area-routes.ts';
import { SYSTEM_ACTOR } from './audit/actor.ts';
import { cameraRoutes } from './cameras/camera-routes.ts';
import type { Config } from './config/config.ts';
import type { Context } from './context.ts';
import { healthRoutes } from './health/health-routes.ts';
import { createErrorHandler, errorBody } from './http/error-response.ts';
import { createFrontServer, type FrontServer } from './http/front-server.ts';
import { collectAllowedMethods } from './http/method-not-allowed.ts';
import { registerStaticWeb, wantsHtml } from './http/static-web.ts';
import { streamRoutes } from './streams/stream-routes.ts';

export interface App {
  readonly fastify: FastifyInstance;
  readonly front: FrontServer;
}

/** Bytes of a request body; no public route takes one yet. */
const MAX_BODY_BYTES = 64 * 1024;

export async function buildApp(context: Context): Promise<App> {
  const { config } = context;
  const secure = config.publicUrl?.startsWith('https:') === true;
  const built: { front?: FrontServer } = {};
  const sendError = createErrorHandler(context.clock);
  const fastifyLog: FastifyBaseLogger = context.log;
  const fastify: FastifyInstance = Fastify({
    serverFactory: (handler) => {
      built.front = createFrontServer(context.delivery, handler);
      return built.front.server;
    },
    loggerInstance: fastifyLog,
    logController: new LogController({ disableRequestLogging: true }),
    // A header of the request must not choose the id under which we log.
    genReqId: () => randomBytes(8).toString('hex'),
    trustProxy: trustedProxies(config.trustProxy),
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, request, reply) => sendError(error, request, reply),
    // The context ends connections itself, in its own order.
    forceCloseConnections: false,
  });

  fastify.setErrorHandler(sendError);
  const allowedMethods = collectAllowedMethods(fastify);

  // TO BE REPLACED by the access guard: who asks, for the routes that show different things to different people.
  fastify.addHook('onRequest', async (request) => {
    const { headers, ip: address, method } = request;
    const caller = { headers, address, endpoint: `${method} ${request.routeOptions.url ?? ''}` };
    const isKnown = context.principals.hasCredentials(headers);
    request.principal = isKnown ? await context.principals.resolve(caller, false) : ANONYMOUS;
    request.actor = SYSTEM_ACTOR;
  });

  await fastify.register(healthRoutes(context.health));
  await fastify.register(cameraRoutes(context.streams));
  await fastify.register(areaRoutes(context.streams));
  await fastify.register(streamRoutes(context.streams, context.tokens));
  const web = await registerStaticWeb(fastify, { folder: context.webFolder, secure });

  fastify.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    const allowed = allowedMethods(path);
    reply.header('cache-control', 'no-store');
    // A method that is allowed got here by another mistake, such as a parameter that is too long.
    if (allowed.length > 0 && !allowed.includes(request.method)) {
      const body = errorBody('METHOD_NOT_ALLOWED', `This address answers ${allowed.join(', ')} only.`);
      return reply.code(405).header('allow', allowed.join(', ')).send(body);
    }
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead && web.sendPage(path, reply)) return reply;
    if (isRead && !path.startsWith('/api/') && wantsHtml(request)) {
      void web.sendNotFound(reply);
      return reply;
    }
    return reply.code(404).send(errorBody('NOT_FOUND', 'There is nothing at this address.'));
  });

  await fastify.ready();
  if (built.front === undefined) throw new Error('Fastify did not ask for its server');
  return { fastify, front: built.front };
}

/** As Fastify takes it; a number of proxies becomes a test of the hop, counted from our own socket. */
function trustedProxies(
  setting: Config['trustProxy'],
): false | string[] | ((address: string, hop: number) => boolean) {
  if (setting === false) return false;
  return typeof setting === 'number' ? (_address, hop) => hop < setting : [...setting];
}
