/** Settings of the whole site. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Envelope } from '@pantau/contract/envelope';
import { SecuritySettings, UpdateSecuritySettingsInput } from '@pantau/contract/settings';
import { presentSecuritySettings } from './settings-present.ts';
import type { SettingsService } from './settings-service.ts';

export function settingsRoutes(settings: SettingsService): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/api/settings/security',
      {
        config: { access: 'settings:manage' },
        schema: { summary: 'Rules of access', response: { 200: Envelope(SecuritySettings) } },
      },
      (_request, reply) => {
        reply.header('cache-control', 'no-store');
        return { success: true as const, data: presentSecuritySettings(settings.readRules()) };
      },
    );

    app.put(
      '/api/settings/security',
      {
        config: { access: 'settings:manage', recent: true, audit: ['SETTINGS_UPDATED'] },
        schema: {
          summary: 'Change rules of access; what is left out stays',
          body: UpdateSecuritySettingsInput,
          response: { 200: Envelope(SecuritySettings) },
        },
      },
      async (request, reply) => {
        const rules = await settings.updateSecurity(request.body, request.actor);
        reply.header('cache-control', 'no-store');
        return { success: true as const, data: presentSecuritySettings(rules) };
      },
    );
    done();
  };
}
