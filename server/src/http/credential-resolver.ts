/** Who a request is made as: an API key in a header, else a session in the cookie, else nobody. */
import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '@pantau/base/errors';
import { addressKey } from '../access/address-key.ts';
import { ANONYMOUS, type Principal } from '../access/principal.ts';
import type { ApiKeyService } from '../api-keys/api-key-service.ts';
import type { SecurityEvents } from '../audit/security-events.ts';
import { strangerActor } from '../audit/actor.ts';
import type { SessionService } from '../sessions/session-service.ts';
import { readCookie } from './cookies.ts';
import type { Caller, PrincipalResolver } from './principal-resolver.ts';

export interface CredentialResolverOptions {
  readonly sessions: Pick<SessionService, 'findPrincipal'>;
  readonly apiKeys: Pick<ApiKeyService, 'authenticate'>;
  readonly events: SecurityEvents;
}

export function createCredentialResolver(options: CredentialResolverOptions): PrincipalResolver {
  const { sessions, apiKeys, events } = options;
  return {
    hasCredentials: (headers) =>
      headers['x-api-key'] !== undefined ||
      headers.authorization !== undefined ||
      headers.cookie?.includes('pantau=') === true,

    async resolve(caller: Caller, use: boolean): Promise<Principal> {
      const key = findApiKey(caller.headers);
      if (key !== undefined) {
        const principal = await apiKeys.authenticate(key, caller.address);
        if (principal !== undefined) return principal;
        events.recordOften(
          { type: 'API_KEY_INVALID', actor: strangerActor(caller) },
          addressKey(caller.address),
        );
        throw new AppError(
          'unauthenticated',
          'API_KEY_INVALID',
          'This API key is unknown, expired or revoked.',
        );
      }
      const token = readCookie(caller.headers, 'session', caller.secure);
      if (token === undefined) return ANONYMOUS;
      const used = use ? { address: caller.address } : undefined;
      return (await sessions.findPrincipal(token, used)) ?? ANONYMOUS;
    },
  };
}

function findApiKey(headers: IncomingHttpHeaders): string | undefined {
  const header = headers['x-api-key'];
  if (typeof header === 'string') return header.slice(0, 300);
  // Other schemes belong to a proxy in front, other bearer tokens to somebody else: a stream's ticket opens nothing here.
  const bearer = /^Bearer +(pantau_\S{1,300})$/i.exec(headers.authorization ?? '');
  return bearer?.[1];
}
