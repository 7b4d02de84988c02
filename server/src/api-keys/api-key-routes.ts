/** Managing API keys. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { ApiKeys, CreateApiKeyInput, CreatedApiKey } from '@pantau/contract/api-key';
import { Envelope } from '@pantau/contract/envelope';
import { presentApiKey } from './api-key-present.ts';
import type { ApiKeyService } from './api-key-service.ts';

export function apiKeyRoutes(apiKeys: ApiKeyService): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/api/admin/api-keys',
      {
        config: { access: 'keys:manage' },
        schema: {
          summary: 'All API keys, without the keys themselves',
          response: { 200: Envelope(ApiKeys) },
        },
      },
      async (_request, reply) => {
        const keys = await apiKeys.list();
        reply.header('cache-control', 'no-store');
        return { success: true as const, data: keys.map(presentApiKey) };
      },
    );

    app.post(
      '/api/admin/api-keys',
      {
        config: { access: 'keys:manage', recent: true, audit: ['API_KEY_CREATED'] },
        schema: {
          summary: 'Make an API key; this reply is the only one that shows it',
          body: CreateApiKeyInput,
          response: { 201: Envelope(CreatedApiKey) },
        },
      },
      async (request, reply) => {
        const { apiKey, text } = await apiKeys.create(request.body, request.actor);
        reply.code(201).header('cache-control', 'no-store');
        return { success: true as const, data: { ...presentApiKey(apiKey), key: text.reveal() } };
      },
    );

    app.delete(
      '/api/admin/api-keys/:id',
      {
        config: { access: 'keys:manage', recent: true, audit: ['API_KEY_REVOKED'] },
        schema: {
          summary: 'Revoke an API key',
          params: Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) }),
          response: { 200: Envelope(Type.Null()) },
        },
      },
      async (request, reply) => {
        await apiKeys.remove(request.params.id, request.actor);
        reply.header('cache-control', 'no-store');
        return { success: true as const, data: null };
      },
    );
    done();
  };
}
