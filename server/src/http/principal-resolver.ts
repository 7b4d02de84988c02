/** From a request to who it is made as: what Fastify's guard and the media's delivery gate both ask. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '../access/principal.ts';

export interface Caller {
  readonly headers: IncomingHttpHeaders;
  /** Past the proxies that are trusted. */
  readonly address: string;
  /** Whether it came by https: decides by which name our cookie goes. */
  readonly secure: boolean;
  /** Method and route, for the audit trail. */
  readonly endpoint: string;
}

export interface PrincipalResolver {
  /**
   * A cookie that is unknown or expired is nobody; a key that is unknown, expired or revoked is refused.
   * @param use whether the request counts as use of the session.
   * @throws AppError API_KEY_INVALID
   */
  resolve(caller: Caller, use: boolean): Promise<Principal>;
  /** Whether the headers carry anything that could name a principal: without it nobody needs to be asked. */
  hasCredentials(headers: IncomingHttpHeaders): boolean;
}
