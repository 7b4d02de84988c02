/** Administration of accounts, and the rules for passwords, which everybody may read. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Envelope } from '@pantau/contract/envelope';
import {
  CreateUserInput,
  PasswordRequirements,
  ResetPasswordInput,
  UpdateUserInput,
  User,
} from '@pantau/contract/user';
import { PASSWORD_REQUIREMENTS } from '../auth/password-policy.ts';
import { presentUser } from './user-present.ts';
import type { UserService } from './user-service.ts';
import type { UserChanges } from './user.ts';

const Params = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });
const access = 'users:manage';

export function userRoutes(users: UserService): FastifyPluginCallbackTypebox {
  const answer = async (id: number) => {
    const { user, sessions } = await users.getListed(id);
    return { success: true as const, data: presentUser(user, sessions) };
  };

  return (app, _options, done) => {
    app.get(
      '/api/users/password-requirements',
      {
        config: { access: 'public', whileRestricted: true },
        schema: { response: { 200: Envelope(PasswordRequirements) } },
      },
      (_request, reply) => {
        reply.header('cache-control', 'public, max-age=300');
        return { success: true as const, data: PASSWORD_REQUIREMENTS };
      },
    );

    app.get(
      '/api/users',
      { config: { access }, schema: { response: { 200: Envelope(Type.Array(User)) } } },
      async () => {
        const listed = await users.list();
        return {
          success: true as const,
          data: listed.map(({ user, sessions }) => presentUser(user, sessions)),
        };
      },
    );

    app.post(
      '/api/users',
      {
        config: { access, recent: true, audit: ['USER_CREATED', 'PASSWORD_VALIDATION_FAILED'] },
        schema: { body: CreateUserInput, response: { 201: Envelope(User) } },
      },
      async (request, reply) => {
        const { area_ids: areaIds, ...fields } = request.body;
        const user = await users.create(
          { ...fields, ...(areaIds === undefined ? {} : { areaIds }) },
          request.actor,
        );
        reply.code(201).header('location', `/api/users/${user.id}`);
        return { success: true as const, data: presentUser(user, 0) };
      },
    );

    app.get(
      '/api/users/:id',
      { config: { access }, schema: { params: Params, response: { 200: Envelope(User) } } },
      (request) => answer(request.params.id),
    );

    app.put(
      '/api/users/:id',
      {
        config: { access, recent: true, audit: ['USER_UPDATED', 'SESSION_INVALIDATED'] },
        schema: { params: Params, body: UpdateUserInput, response: { 200: Envelope(User) } },
      },
      async (request) => {
        const { area_ids: areaIds, ...fields } = request.body;
        const changes: UserChanges = { ...fields, ...(areaIds === undefined ? {} : { areaIds }) };
        await users.update(request.params.id, changes, request.actor);
        return answer(request.params.id);
      },
    );

    app.delete(
      '/api/users/:id',
      {
        config: { access, recent: true, audit: ['USER_DELETED', 'SESSION_INVALIDATED'] },
        schema: { params: Params, response: { 200: Envelope(Type.Null()) } },
      },
      async (request) => {
        await users.remove(request.params.id, request.actor);
        return { success: true as const, data: null };
      },
    );

    app.put(
      '/api/users/:id/password',
      {
        config: {
          access,
          recent: true,
          audit: ['PASSWORD_RESET', 'SESSION_INVALIDATED', 'PASSWORD_VALIDATION_FAILED'],
        },
        schema: { params: Params, body: ResetPasswordInput, response: { 200: Envelope(User) } },
      },
      async (request) => {
        await users.resetPassword(request.params.id, request.body.password, request.actor);
        return answer(request.params.id);
      },
    );

    app.delete(
      '/api/users/:id/second-factors',
      {
        config: { access, recent: true, audit: ['SECOND_FACTORS_RESET', 'SESSION_INVALIDATED'] },
        schema: { params: Params, response: { 200: Envelope(User) } },
      },
      async (request) => {
        await users.resetSecondFactors(request.params.id, request.actor);
        return answer(request.params.id);
      },
    );
    done();
  };
}
