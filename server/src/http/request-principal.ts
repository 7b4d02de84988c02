/** Who a request is made as and from where, put on it by the access guard before anything else runs. */
import type { Principal } from '../access/principal.ts';
import type { Actor } from '../audit/actor.ts';

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal;
    /** Whose it is, past the proxies that are trusted. Not Fastify's `ip`, which reads the same headers differently. */
    clientAddress: string;
    /** The same, as the audit trail remembers it. */
    actor: Actor;
  }
}
