/**
 * What a route declares about who may call it. `http/access-guard.ts` refuses to register a route without it and enforces it
 * before the handler runs; the access matrix test derives from it what every caller must get.
 */
import type { Right } from '@pantau/contract/access';
import type { Restriction } from '@pantau/contract/auth';
import type { AuditEventType } from '@pantau/contract/audit';

/** Everybody; any signed-in account (not keys); or whoever has the right. */
export type Access = 'public' | 'account' | Right;

/** Requests per minute are counted per tier: by address for `public`, `auth` and `delivery`, by account or key for `admin`. */
export type LimitTier = 'public' | 'auth' | 'admin' | 'delivery';

export interface RouteAccess {
  readonly access: Access;
  /** The events a change writes. Each route with an unsafe method names at least one. */
  readonly audit?: readonly AuditEventType[];
  /** Default: `admin` for what is not public, else `public`. */
  readonly limit?: LimitTier;
  /** The person must have proved themselves within the last 15 minutes. */
  readonly recent?: boolean;
  /** Usable although the account must first do something else: whatever that is, or only that. */
  readonly whileRestricted?: true | Restriction;
  /** Does not count as use of the session: what pages ask for by themselves. */
  readonly passive?: boolean;
}

declare module 'fastify' {
  // The way Fastify's types are extended. Every route gives these as `config`.
  interface FastifyContextConfig extends Partial<RouteAccess> {}
}
