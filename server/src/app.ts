/** The web application: its slices in order, and what all of them share. */
import { randomBytes } from 'node:crypto';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RouteOptions,
} from 'fastify';
import { accountOf } from './access/principal.ts';
import { apiKeyRoutes } from './api-keys/api-key-routes.ts';
import { areaAdminRoutes } from './areas/area-admin-routes.ts';
import { areaFilterRoutes } from './areas/area-filter-routes.ts';
import { auditRoutes } from './audit/audit-routes.ts';
import { authRoutes } from './auth/auth-routes.ts';
import { cacheRoutes } from './cache/cache-routes.ts';
import { installAccessGuard } from './http/access-guard.ts';
import { SITE_NAME } from './open-identity.ts';
import { secondFactorRoutes } from './second-factors/second-factor-routes.ts';
import { sessionRoutes } from './sessions/session-routes.ts';
import { settingsRoutes } from './settings/settings-routes.ts';
import { profileRoutes } from './users/profile-routes.ts';
import { userRoutes } from './users/user-routes.ts';
import { areaRoutes } from './areas/area-routes.ts';
import { cameraAdminRoutes } from './cameras/camera-admin-routes.ts';
import { cameraRoutes } from './cameras/camera-routes.ts';
import type { Context } from './context.ts';
import { onvifRoutes } from './onvif/onvif-routes.ts';
import { healthRoutes } from './health/health-routes.ts';
import { createErrorHandler, errorBody } from './http/error-response.ts';
import { createFrontServer, type FrontServer } from './http/front-server.ts';
import { collectAllowedMethods } from './http/method-not-allowed.ts';
import { registerOpenapi } from './http/openapi.ts';
import { createSerializerCompiler, createValidatorCompiler } from './http/schema-compilers.ts';
import { registerStaticWeb, wantsHtml } from './http/static-web.ts';
import { snapshotRoutes } from './snapshots/snapshot-routes.ts';
import { streamRoutes } from './streams/stream-routes.ts';
import { verdictRoutes } from './streams/verdict-routes.ts';
import { readVersion } from './version.ts';

export interface App {
  readonly fastify: FastifyInstance;
  readonly front: FrontServer;
  /** Every route with its declaration. */
  readonly routes: readonly RouteOptions[];
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
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, request, reply) => sendError(error, request, reply),
    // The context ends connections itself, in its own order.
    forceCloseConnections: false,
  });

  // Bodies are JSON; Fastify would take plain text, too.
  fastify.removeContentTypeParser('text/plain');
  fastify.setValidatorCompiler(createValidatorCompiler());
  fastify.setSerializerCompiler(createSerializerCompiler());
  fastify.setErrorHandler(sendError);
  const allowedMethods = collectAllowedMethods(fastify);

  const guard = installAccessGuard(fastify, {
    resolver: context.principals,
    limiter: context.limiter,
    events: context.audit,
    ownOrigin: context.ownOrigin,
    clientAddress: context.clientAddress,
    clock: context.clock,
  });
  await registerOpenapi(fastify, readVersion());
  await fastify.register(healthRoutes(context.health));
  await fastify.register(cameraRoutes(context.streams));
  await fastify.register(areaRoutes(context.streams));
  await fastify.register(cameraAdminRoutes(context.cameras, context.areas));
  await fastify.register(areaAdminRoutes(context.areas));
  await fastify.register(verdictRoutes(context.streams));
  await fastify.register(streamRoutes(context.streams, context.tokens));
  await fastify.register(onvifRoutes(context.onvif));
  await fastify.register(
    snapshotRoutes({
      snapshots: context.snapshots,
      access: context.snapshotAccess,
      engine: context.engine,
    }),
  );
  await registerIdentity(fastify, context);
  await fastify.register(auditRoutes(context.audit));
  await fastify.register(apiKeyRoutes(context.apiKeys));
  await fastify.register(settingsRoutes(context.settings));
  await fastify.register(cacheRoutes(context.cache));
  await fastify.register(areaFilterRoutes(context.areas, context.responseCache));
  const web = await registerStaticWeb(fastify, {
    folder: context.webFolder,
    secure,
    readRules: () => context.settings.readRules(),
  });

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
  return { fastify, front: built.front, routes: guard.routes };
}

/** Signing in, accounts, and what people prove themselves with. */
async function registerIdentity(fastify: FastifyInstance, context: Context): Promise<void> {
  const { auth, currentUser, cookies, sessions, users, factors, relyingPartyOf } = context;
  /** A changed proof of identity comes with a new cookie: whoever had copied the old one is out. */
  const rotateSession = async (request: FastifyRequest, reply: FastifyReply) => {
    const { sessionId } = accountOf(request.principal);
    const { token, remembered } = await sessions.rotate(sessionId);
    cookies.rotate(request, reply, token, remembered);
  };
  await fastify.register(authRoutes({ auth, currentUser, cookies, relyingPartyOf }));
  await fastify.register(sessionRoutes(sessions, users));
  await fastify.register(userRoutes(users));
  await fastify.register(profileRoutes(users, { rotateSession }));
  await fastify.register(
    secondFactorRoutes({
      service: factors,
      relyingPartyOf,
      siteName: SITE_NAME,
      afterChange: rotateSession,
    }),
  );
}
