/** What everybody who is signed in may see and change of their own account. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Envelope } from '@pantau/contract/envelope';
import { ChangePasswordInput, UpdateProfileInput, User } from '@pantau/contract/user';
import { accountOf } from '../access/principal.ts';
import { presentUser } from './user-present.ts';
import type { UserService } from './user-service.ts';

export interface ProfileRoutesOptions {
  /** Gives the session that asks a new cookie: called when its password has changed. */
  readonly rotateSession: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
}

export function profileRoutes(
  users: UserService,
  { rotateSession }: ProfileRoutesOptions,
): FastifyPluginCallbackTypebox {
  const answer = async (id: number) => {
    const { user, sessions } = await users.getListed(id);
    return { success: true as const, data: presentUser(user, sessions) };
  };

  return (app, _options, done) => {
    app.get(
      '/api/users/profile',
      {
        config: { access: 'account', whileRestricted: true },
        schema: { response: { 200: Envelope(User) } },
      },
      (request) => answer(accountOf(request.principal).userId),
    );

    app.put(
      '/api/users/profile',
      {
        config: { access: 'account', audit: ['USER_UPDATED'] },
        schema: { body: UpdateProfileInput, response: { 200: Envelope(User) } },
      },
      async (request) => {
        const { userId } = accountOf(request.principal);
        await users.rename(userId, request.body.username, request.actor);
        return answer(userId);
      },
    );

    app.put(
      '/api/users/profile/password',
      {
        config: {
          access: 'account',
          whileRestricted: true,
          // Somebody who found an open page must not try passwords faster than at the sign-in.
          limit: 'auth',
          audit: ['PASSWORD_CHANGED', 'SESSION_INVALIDATED', 'PASSWORD_VALIDATION_FAILED'],
        },
        schema: { body: ChangePasswordInput, response: { 200: Envelope(User) } },
      },
      async (request, reply) => {
        const { userId, sessionId } = accountOf(request.principal);
        const { current_password: currentPassword, new_password: newPassword } = request.body;
        await users.changeOwnPassword({ userId, sessionId, currentPassword, newPassword }, request.actor);
        await rotateSession(request, reply);
        return answer(userId);
      },
    );
    done();
  };
}
