/** Looking for cameras in the network, and asking one what it is. Whoever may add cameras may do so. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { AppError } from '@pantau/base/errors';
import { Secret } from '@pantau/base/secret';
import { Envelope } from '@pantau/contract/envelope';
import {
  DiscoveredDevices,
  DiscoverInput,
  OnvifDeviceInput,
  OnvifDeviceReport,
  OnvifInterfaces,
  UrlTemplates,
  UrlTemplatesQuery,
} from '@pantau/contract/onvif';
import { suggestUrls, URL_TEMPLATES } from '@pantau/onvif';
import { presentDiscovered, presentInterfaces, presentReport, presentTemplates } from './onvif-present.ts';
import type { OnvifService } from './onvif-service.ts';

export function onvifRoutes(onvif: OnvifService): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/api/onvif/interfaces',
      {
        config: { access: 'cameras:write' },
        schema: {
          summary: 'Networks in which cameras can be looked for',
          response: { 200: Envelope(OnvifInterfaces) },
        },
      },
      () => ({ success: true as const, data: presentInterfaces(onvif.listInterfaces()) }),
    );

    app.post(
      '/api/onvif/discover',
      {
        config: { access: 'cameras:write', audit: ['NETWORK_SEARCHED'] },
        schema: {
          summary: 'Look for cameras in the network',
          body: DiscoverInput,
          response: { 200: Envelope(DiscoveredDevices) },
        },
      },
      async (request, reply) => {
        const { interfaces, address, timeout_s: timeoutS = 3 } = request.body;
        const wanted = { interfaces, address, timeoutMs: timeoutS * 1000 };
        const found = await onvif.discover(wanted, request.actor, untilClosed(reply));
        return { success: true as const, data: presentDiscovered(found) };
      },
    );

    app.post(
      '/api/onvif/device',
      {
        config: { access: 'cameras:write', audit: ['DEVICE_EXAMINED'] },
        schema: {
          summary: 'Ask a device what it is and which streams it has',
          body: OnvifDeviceInput,
          response: { 200: Envelope(OnvifDeviceReport) },
        },
      },
      async (request, reply) => {
        const {
          address,
          username,
          password,
          rtsp_port: rtspPort,
          tls_fingerprint: tlsFingerprint,
        } = request.body;
        const hasLogin = username !== undefined && username !== null && username !== '';
        const report = await onvif.examine(
          {
            address,
            username: hasLogin ? username : undefined,
            password: hasLogin ? new Secret(password ?? '') : undefined,
            rtspPort,
            tlsFingerprint,
          },
          request.actor,
          untilClosed(reply),
        );
        return { success: true as const, data: presentReport(report) };
      },
    );

    app.get(
      '/api/onvif/url-templates',
      {
        config: { access: 'cameras:write' },
        schema: {
          summary: 'Usual stream addresses of a maker, for cameras without ONVIF',
          querystring: UrlTemplatesQuery,
          response: { 200: Envelope(UrlTemplates) },
        },
      },
      (request) => {
        const { maker, channel = 1 } = request.query;
        const makers = maker === undefined ? URL_TEMPLATES.map((each) => each.maker) : [maker];
        const found = makers.flatMap((each) => suggestUrls({ maker: each, channel }));
        return { success: true as const, data: presentTemplates(found) };
      },
    );
    done();
  };
}

/** Nobody is asked on for a caller who left. */
function untilClosed(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    controller.abort(new AppError('invalid', 'REQUEST_INVALID', 'The caller left before the answer.'));
  });
  return controller.signal;
}
