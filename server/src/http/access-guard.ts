/**
 * The one place where it is decided whether a request may reach its route. What is needed stands in the route's `config`
 * (`access/route-access.ts`); a route without it keeps the server from starting.
 *
 *   flood ─► unsafe from another site? ─► who asks ─► limit of the tier ─► restricted? ─► right? ─► proved recently? ─► handler
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Clock } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';
import { addressKey } from '../access/address-key.ts';
import { ANONYMOUS, hasRight, type Principal } from '../access/principal.ts';
import type { LimitTier, RouteAccess } from '../access/route-access.ts';
import type { Actor } from '../audit/actor.ts';
import type { SecurityEvents } from '../audit/security-events.ts';
import { isSafeMethod, isSameSiteRequest } from './cross-site.ts';
import type { OwnOrigin } from './own-origin.ts';
import type { PrincipalResolver } from './principal-resolver.ts';
import type { RateLimiter } from './rate-limiter.ts';
import './request-principal.ts';

export interface AccessGuardOptions {
  readonly resolver: PrincipalResolver;
  readonly limiter: RateLimiter;
  readonly events: SecurityEvents;
  readonly ownOrigin: OwnOrigin;
  /** Whose request it is, past the proxies that are trusted. */
  readonly clientAddress: (request: IncomingMessage) => string;
  readonly clock: Clock;
}

/** A proof of identity is recent for so long. */
export const RECENT_MS = 15 * 60_000;

/** What has no route: pages, which the handler for missing routes answers, and what does not exist. */
const NO_ROUTE: RouteAccess = { access: 'public', limit: 'delivery', passive: true };

/** Call before the first route is registered. */
export function installAccessGuard(
  app: FastifyInstance,
  options: AccessGuardOptions,
): { readonly routes: readonly RouteOptions[] } {
  const routes: RouteOptions[] = [];
  app.decorateRequest('principal');
  app.decorateRequest('clientAddress', '');
  app.decorateRequest('actor', {
    // Made when it is asked for: the lists are asked for by everybody and need none.
    getter() {
      return actorOf(this.principal, this);
    },
  });
  app.addHook('onRoute', (route) => void routes.push(route));
  app.addHook('onReady', (done) => {
    const problems = routes.flatMap(findProblem);
    done(
      problems.length === 0 ? undefined : new Error(`routes without a declaration: ${problems.join('; ')}`),
    );
  });
  app.addHook('onRequest', (request, reply, done) => {
    request.principal = ANONYMOUS;
    request.clientAddress = options.clientAddress(request.raw);
    const route = routeOf(request);
    takeFlood(request, options);
    if (isOpenToAll(route, request, options.resolver)) {
      done();
      return;
    }
    // oxlint-disable-next-line promise/no-callback-in-promise -- an async hook would make the short way wait, too
    guard(request, reply, route, options).then(() => done(), done);
  });
  return { routes };
}

/** What is wrong with a route's declaration; empty when nothing is. */
export function findProblem(route: Pick<RouteOptions, 'config' | 'method' | 'url'>): string[] {
  const methods = [route.method].flat();
  const name = `${methods.join(',')} ${route.url}`;
  if (route.config?.access === undefined) return [`${name} does not say who may call it`];
  const isUnsafe = methods.some((method) => !isSafeMethod(method));
  if (isUnsafe && (route.config.audit ?? []).length === 0)
    return [`${name} does not say which audit entry it writes`];
  return [];
}

function routeOf(request: FastifyRequest): RouteAccess {
  const { config } = request.routeOptions;
  return isDeclared(config) ? config : NO_ROUTE;
}

function isDeclared(config: Partial<RouteAccess>): config is RouteAccess {
  return config.access !== undefined;
}

/** What everybody polls and nobody needs to prove anything for: the short way. */
function isOpenToAll(route: RouteAccess, request: FastifyRequest, resolver: PrincipalResolver): boolean {
  return (
    route.access === 'public' &&
    route.limit === 'delivery' &&
    isSafeMethod(request.method) &&
    !resolver.hasCredentials(request.headers)
  );
}

/** @throws AppError RATE_LIMITED: all that an address asks for counts here, media included. */
function takeFlood(request: FastifyRequest, { limiter, events }: AccessGuardOptions): void {
  const flood = limiter.take(addressKey(request.clientAddress), 'delivery');
  if (!flood.allowed) refuseFlood(request, events, 'delivery', flood.retryAfterS);
}

async function guard(
  request: FastifyRequest,
  reply: FastifyReply,
  route: RouteAccess,
  options: AccessGuardOptions,
): Promise<void> {
  const { resolver, events, ownOrigin } = options;
  reply.header('x-content-type-options', 'nosniff');
  if (request.url.startsWith('/api/')) {
    reply.header('cache-control', 'no-store');
    reply.header('cross-origin-resource-policy', 'same-origin');
  }
  if (!isSafeMethod(request.method) && !isSameSiteRequest(request.raw, ownOrigin)) {
    const { origin = null } = request.headers;
    events.recordOften(
      {
        type: 'ORIGIN_VALIDATION_FAILURE',
        actor: request.actor,
        details: { origin: origin?.slice(0, 200) ?? null },
      },
      addressKey(request.clientAddress),
    );
    throw new AppError('forbidden', 'CROSS_SITE_REFUSED', 'This was asked for by another site.');
  }
  if (resolver.hasCredentials(request.headers)) {
    const caller = {
      headers: request.headers,
      address: request.clientAddress,
      secure: ownOrigin.isSecure(request.raw),
      endpoint: endpointOf(request),
    };
    request.principal = await resolver.resolve(caller, route.passive !== true);
  }
  takeFromTier(request, reply, route, options);
  checkRights(request, route, options);
}

/** Counts against the tier's limit and says in headers what is left of it. */
function takeFromTier(
  request: FastifyRequest,
  reply: FastifyReply,
  route: RouteAccess,
  { limiter, events }: AccessGuardOptions,
): void {
  const { principal } = request;
  const wanted = route.limit ?? (route.access === 'public' ? 'public' : 'admin');
  if (wanted === 'delivery') return;
  // Whoever is nobody has no account to count by.
  const tier: LimitTier = wanted === 'admin' && principal.kind === 'anonymous' ? 'public' : wanted;
  const taken = limiter.take(tier === 'admin' ? keyOf(principal) : addressKey(request.clientAddress), tier);
  reply.header('ratelimit-policy', `"${tier}";q=${taken.limit};w=60`);
  reply.header('ratelimit', `"${tier}";r=${taken.remaining};t=${taken.resetS}`);
  if (!taken.allowed) refuseFlood(request, events, tier, taken.retryAfterS);
}

function refuseFlood(
  request: FastifyRequest,
  events: SecurityEvents,
  tier: LimitTier,
  retryAfterS: number,
): never {
  events.recordOften(
    { type: 'RATE_LIMIT_EXCEEDED', actor: request.actor, details: { tier } },
    `${tier} ${addressKey(request.clientAddress)}`,
  );
  throw new AppError('throttled', 'RATE_LIMITED', 'Too many requests; please wait a moment.', {
    details: { retryAfterS },
  });
}

function checkRights(
  request: FastifyRequest,
  route: RouteAccess,
  { events, clock }: AccessGuardOptions,
): void {
  const { principal } = request;
  if (route.access === 'public') return;
  if (principal.kind === 'anonymous') {
    throw new AppError('unauthenticated', 'UNAUTHENTICATED', 'Please sign in first.');
  }
  const isAllowed =
    route.access === 'account' ? principal.kind === 'account' : hasRight(principal, route.access);
  if (!isAllowed) {
    events.recordOften({ type: 'ACCESS_DENIED', actor: request.actor }, keyOf(principal));
    throw new AppError('forbidden', 'FORBIDDEN', 'You have no right to this.');
  }
  if (principal.kind !== 'account') return;
  const { restriction } = principal;
  const isUsable = route.whileRestricted === true || route.whileRestricted === restriction;
  if (restriction !== undefined && !isUsable) {
    throw restriction === 'password-change'
      ? new AppError('forbidden', 'PASSWORD_CHANGE_REQUIRED', 'Please change your password first.')
      : new AppError('forbidden', 'SECOND_FACTOR_REQUIRED', 'Please add a second factor first.');
  }
  if (route.recent === true && clock.now() - principal.confirmedAtMs > RECENT_MS) {
    throw new AppError('forbidden', 'CONFIRMATION_NEEDED', 'Please prove once more that it is you.');
  }
}

function keyOf(principal: Principal): string {
  switch (principal.kind) {
    case 'anonymous':
      return 'anonymous';
    case 'account':
      return `account ${principal.userId}`;
    case 'api-key':
      return `key ${principal.keyId}`;
  }
}

function actorOf(principal: Principal, request: FastifyRequest): Actor {
  const where = {
    address: request.clientAddress,
    userAgent: request.headers['user-agent'] ?? null,
    endpoint: endpointOf(request),
  };
  switch (principal.kind) {
    case 'anonymous':
      return { kind: 'anonymous', id: null, name: null, ...where };
    case 'account':
      return { kind: 'account', id: principal.userId, name: principal.username, ...where };
    case 'api-key':
      return { kind: 'api-key', id: principal.keyId, name: principal.name, ...where };
  }
}

/** Method and route, not the address itself: that holds ids and whatever a stranger likes. */
function endpointOf(request: FastifyRequest): string {
  return `${request.method} ${request.routeOptions.url ?? '(no route)'}`;
}
