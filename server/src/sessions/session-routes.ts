/** Sign-in sessions: one's own, and for administrators those of others. */
import { Envelope } from '@pantau/contract/envelope';
import { EndedSessions, UserSessions } from '@pantau/contract/user';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyPluginCallback } from 'fastify';
import { Type } from 'typebox';
import { accountOf } from '../access/principal.ts';
import type { RouteAccess } from '../access/route-access.ts';
import { ok } from '../http/ok.ts';
import type { UserService } from '../users/user-service.ts';
import { presentSession } from './session-present.ts';
import type { SessionService } from './session-service.ts';

const OWN = { access: 'account', whileRestricted: true } as const satisfies RouteAccess;
const ENDS = { audit: ['SESSION_INVALIDATED'] } as const;
const UserParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });

export function sessionRoutes(
  sessions: SessionService,
  users: Pick<UserService, 'get'>,
): FastifyPluginCallback {
  return (instance, _options, done) => {
    const app = instance.withTypeProvider<TypeBoxTypeProvider>();

    app.get(
      '/api/users/profile/sessions',
      { config: OWN, schema: { response: { 200: Envelope(UserSessions) } } },
      async (request) => {
        const { userId, sessionId } = accountOf(request.principal);
        const found = await sessions.list(userId);
        return ok(found.map((session) => presentSession(session, sessionId)));
      },
    );

    app.delete(
      '/api/users/profile/sessions/:sessionId',
      {
        config: { ...OWN, ...ENDS },
        schema: {
          params: Type.Object({ sessionId: Type.String({ maxLength: 40, pattern: '^[A-Za-z0-9_-]+$' }) }),
          response: { 200: Envelope(Type.Null()) },
        },
      },
      async (request) => {
        const { userId } = accountOf(request.principal);
        await sessions.end(userId, request.params.sessionId, 'revoked', request.actor);
        return ok(null);
      },
    );

    app.delete(
      '/api/users/profile/sessions',
      { config: { ...OWN, ...ENDS }, schema: { response: { 200: Envelope(EndedSessions) } } },
      async (request) => {
        const { userId, sessionId } = accountOf(request.principal);
        const ended = await sessions.endAll(userId, sessionId, request.actor);
        return ok({ ended });
      },
    );

    app.get(
      '/api/users/:id/sessions',
      {
        config: { access: 'users:manage' },
        schema: { params: UserParams, response: { 200: Envelope(UserSessions) } },
      },
      async (request) => {
        const user = await users.get(request.params.id);
        const found = await sessions.list(user.id);
        const { sessionId } = accountOf(request.principal);
        return ok(found.map((session) => presentSession(session, sessionId)));
      },
    );

    app.delete(
      '/api/users/:id/sessions',
      {
        config: { access: 'users:manage', recent: true, ...ENDS },
        schema: { params: UserParams, response: { 200: Envelope(EndedSessions) } },
      },
      async (request) => {
        const user = await users.get(request.params.id);
        const { userId, sessionId } = accountOf(request.principal);
        const ended = await sessions.endAll(
          user.id,
          user.id === userId ? sessionId : undefined,
          request.actor,
        );
        return ok({ ended });
      },
    );

    done();
  };
}
