/** Who a request is made as, put on it by the access guard before anything else runs. */
import type { Principal } from '../access/principal.ts';
import type { Actor } from '../audit/actor.ts';

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal;
    /** The same, as the audit trail remembers it. */
    actor: Actor;
  }
}
