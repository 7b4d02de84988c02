/** Everybody's own second factors: code app, recovery codes, passkeys. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { CodeInput, PasskeyOptions } from '@pantau/contract/auth';
import { Envelope } from '@pantau/contract/envelope';
import {
  AddedPasskey,
  AddPasskeyInput,
  Passkey,
  Passkeys,
  RecoveryCodes,
  RenamePasskeyInput,
  TotpEnrolment,
} from '@pantau/contract/user';
import { accountOf } from '../access/principal.ts';
import type { RouteAccess } from '../access/route-access.ts';
import '../http/request-principal.ts';
import { requireRelyingParty, type RelyingParty } from './passkey.ts';
import { presentPasskey } from './second-factor-present.ts';
import type { SecondFactorService } from './second-factor-service.ts';

export interface SecondFactorRoutesOptions {
  readonly service: SecondFactorService;
  /** The site at the address the request was made to; undefined where passkeys do not work. */
  readonly relyingPartyOf: (request: FastifyRequest) => RelyingParty | undefined;
  /** What authenticator apps show. */
  readonly siteName: string;
  /** Runs after each change of the factors, before the reply is sent: gives the session a new cookie. */
  readonly afterChange: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
}

const OWN = { access: 'account', whileRestricted: true } as const satisfies RouteAccess;
/**
 * Adding a factor is how an account gets free that must have one. An account that must change its password does that first: who
 * knows only the password that somebody gave must not leave a way in of their own behind.
 */
const CHANGE = { ...OWN, whileRestricted: 'second-factor', recent: true } as const satisfies RouteAccess;

const PasskeyParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });
const Done = Envelope(Type.Null());

export function secondFactorRoutes(options: SecondFactorRoutesOptions): FastifyPluginCallbackTypebox {
  const { service, relyingPartyOf, siteName, afterChange } = options;
  return (app, _options, done) => {
    // Replies have secrets that are shown once.
    app.addHook('onRequest', (_request, reply, next) => {
      reply.header('cache-control', 'no-store');
      next();
    });

    app.post(
      '/api/users/profile/totp',
      {
        config: { ...CHANGE, audit: ['TOTP_STARTED'] },
        schema: { response: { 200: Envelope(TotpEnrolment) } },
      },
      async (request) => {
        const data = await service.beginTotp(accountOf(request.principal), siteName, request.actor);
        return { success: true as const, data };
      },
    );

    app.post(
      '/api/users/profile/totp/confirm',
      {
        config: { ...CHANGE, audit: ['TOTP_ENABLED', 'RECOVERY_CODES_CREATED'] },
        schema: { body: CodeInput, response: { 200: Envelope(RecoveryCodes) } },
      },
      async (request, reply) => {
        const codes = await service.confirmTotp(
          accountOf(request.principal),
          request.body.code,
          request.actor,
        );
        await afterChange(request, reply);
        return { success: true as const, data: { recovery_codes: [...codes] } };
      },
    );

    app.delete(
      '/api/users/profile/totp',
      { config: { ...CHANGE, audit: ['TOTP_DISABLED'] }, schema: { response: { 200: Done } } },
      async (request, reply) => {
        await service.removeTotp(accountOf(request.principal), request.actor);
        await afterChange(request, reply);
        return { success: true as const, data: null };
      },
    );

    app.post(
      '/api/users/profile/recovery-codes',
      {
        config: { ...CHANGE, audit: ['RECOVERY_CODES_CREATED'] },
        schema: { response: { 200: Envelope(RecoveryCodes) } },
      },
      async (request, reply) => {
        const codes = await service.renewRecoveryCodes(accountOf(request.principal), request.actor);
        await afterChange(request, reply);
        return { success: true as const, data: { recovery_codes: [...codes] } };
      },
    );

    app.get(
      '/api/users/profile/passkeys',
      { config: OWN, schema: { response: { 200: Envelope(Passkeys) } } },
      async (request) => {
        const passkeys = await service.listPasskeys(accountOf(request.principal).userId);
        return { success: true as const, data: passkeys.map(presentPasskey) };
      },
    );

    app.post(
      '/api/users/profile/passkeys/options',
      {
        config: { ...CHANGE, audit: ['PASSKEY_OPTIONS'] },
        schema: { response: { 200: Envelope(PasskeyOptions) } },
      },
      async (request) => {
        const relyingParty = requireRelyingParty(relyingPartyOf(request));
        const created = await service.passkeyRegistrationOptions(
          accountOf(request.principal),
          relyingParty,
          request.actor,
        );
        return { success: true as const, data: { options: created } };
      },
    );

    app.post(
      '/api/users/profile/passkeys',
      {
        config: { ...CHANGE, audit: ['PASSKEY_ADDED', 'RECOVERY_CODES_CREATED'] },
        schema: { body: AddPasskeyInput, response: { 201: Envelope(AddedPasskey) } },
      },
      async (request, reply) => {
        const relyingParty = requireRelyingParty(relyingPartyOf(request));
        const { passkey, recoveryCodes } = await service.addPasskey(
          accountOf(request.principal),
          request.body,
          relyingParty,
          request.actor,
        );
        await afterChange(request, reply);
        const data = {
          passkey: presentPasskey(passkey),
          recovery_codes: recoveryCodes === null ? null : [...recoveryCodes],
        };
        return reply.code(201).send({ success: true as const, data });
      },
    );

    app.put(
      '/api/users/profile/passkeys/:id',
      {
        config: { ...CHANGE, audit: ['PASSKEY_RENAMED'] },
        schema: { params: PasskeyParams, body: RenamePasskeyInput, response: { 200: Envelope(Passkey) } },
      },
      async (request) => {
        const { id } = request.params;
        const passkey = await service.renamePasskey(
          accountOf(request.principal),
          id,
          request.body.name,
          request.actor,
        );
        return { success: true as const, data: presentPasskey(passkey) };
      },
    );

    app.delete(
      '/api/users/profile/passkeys/:id',
      {
        config: { ...CHANGE, audit: ['PASSKEY_REMOVED'] },
        schema: { params: PasskeyParams, response: { 200: Done } },
      },
      async (request, reply) => {
        await service.removePasskey(accountOf(request.principal), request.params.id, request.actor);
        await afterChange(request, reply);
        return { success: true as const, data: null };
      },
    );
    done();
  };
}
