/** Setting up, signing in and out. The rules are in `auth-service.ts`; here are addresses, cookies and declarations. */
import {
  CodeInput,
  ConfirmInput,
  CurrentUser,
  LoginInput,
  LoginResult,
  PasskeyLoginInput,
  PasskeyOptions,
  SetupInput,
  SetupState,
} from '@pantau/contract/auth';
import { Envelope } from '@pantau/contract/envelope';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { accountOf } from '../access/principal.ts';
import type { RouteAccess } from '../access/route-access.ts';
import { ok } from '../http/ok.ts';
import type { SessionCookies } from '../http/session-cookies.ts';
import { requireRelyingParty, type RelyingParty } from '../second-factors/passkey.ts';
import type { AuthService, SignedIn, SignInOrigin } from './auth-service.ts';
import type { CurrentUserService } from './current-user-service.ts';

export interface AuthRoutesOptions {
  readonly auth: AuthService;
  readonly currentUser: CurrentUserService;
  readonly cookies: SessionCookies;
  readonly relyingPartyOf: (request: FastifyRequest) => RelyingParty | undefined;
}

const SIGN_IN = {
  access: 'public',
  limit: 'auth',
  audit: ['AUTH_SUCCESS', 'SESSION_CREATED', 'AUTH_FAILURE'],
} as const satisfies RouteAccess;
const CONFIRM = {
  access: 'account',
  limit: 'auth',
  whileRestricted: true,
  audit: ['AUTH_CONFIRMED'],
} as const satisfies RouteAccess;
const OPTIONS = { audit: ['PASSKEY_OPTIONS'], limit: 'auth' } as const;

export function authRoutes(options: AuthRoutesOptions): FastifyPluginCallback {
  const { auth, currentUser, cookies } = options;

  const originOf = (request: FastifyRequest): SignInOrigin => ({
    actor: request.actor,
    deviceToken: cookies.readDevice(request),
    replaces: request.principal.kind === 'account' ? request.principal : undefined,
  });
  const enter = async (request: FastifyRequest, reply: FastifyReply, signedIn: SignedIn) => {
    cookies.set(request, reply, signedIn);
    return currentUser.describe(signedIn.userId);
  };
  const relyingParty = (request: FastifyRequest) => requireRelyingParty(options.relyingPartyOf(request));

  return (instance, _options, done) => {
    const app = instance.withTypeProvider<TypeBoxTypeProvider>();

    app.get(
      '/api/auth/setup',
      {
        config: { access: 'public', passive: true },
        schema: { response: { 200: Envelope(SetupState) } },
      },
      async () => ({ success: true, data: { needed: await auth.isSetupNeeded() } }) as const,
    );

    app.post(
      '/api/auth/setup',
      {
        config: {
          access: 'public',
          limit: 'auth',
          audit: ['SETUP_COMPLETED', 'USER_CREATED', 'SESSION_CREATED', 'PASSWORD_VALIDATION_FAILED'],
        },
        schema: { body: SetupInput, response: { 201: Envelope(CurrentUser) } },
      },
      async (request, reply) => {
        const signedIn = await auth.setUp(request.body, originOf(request));
        reply.code(201);
        return ok(await enter(request, reply, signedIn));
      },
    );

    app.post(
      '/api/auth/login',
      { config: SIGN_IN, schema: { body: LoginInput, response: { 200: Envelope(LoginResult) } } },
      async (request, reply) => {
        const { username, password, remember = false } = request.body;
        const result = await auth.signIn({ username, password, remember }, originOf(request));
        if (result.status === 'signed-in') {
          const user = await enter(request, reply, result);
          return ok({ status: 'signed-in' as const, user });
        }
        cookies.setPending(request, reply, result.pendingToken);
        // A passkey that the browser cannot use here is not offered.
        const usable = result.methods.filter(
          (method) => method !== 'passkey' || options.relyingPartyOf(request) !== undefined,
        );
        return ok({ status: 'second-factor' as const, methods: usable });
      },
    );

    for (const method of ['totp', 'recovery-code'] as const) {
      app.post(
        `/api/auth/login/${method}`,
        {
          config: { ...SIGN_IN, audit: ['AUTH_SUCCESS', 'SESSION_CREATED', 'SECOND_FACTOR_FAILURE'] },
          schema: { body: CodeInput, response: { 200: Envelope(CurrentUser) } },
        },
        async (request, reply) => {
          const pending = cookies.readPending(request);
          const signedIn = await auth.signInWithCode(method, request.body.code, pending, originOf(request));
          return ok(await enter(request, reply, signedIn));
        },
      );
    }

    app.post(
      '/api/auth/passkey/options',
      {
        config: { access: 'public', ...OPTIONS },
        schema: { response: { 200: Envelope(PasskeyOptions) } },
      },
      async (request) => {
        const made = await auth.passkeyOptions(
          cookies.readPending(request),
          relyingParty(request),
          request.actor,
        );
        return ok({ options: made });
      },
    );

    app.post(
      '/api/auth/passkey',
      { config: SIGN_IN, schema: { body: PasskeyLoginInput, response: { 200: Envelope(CurrentUser) } } },
      async (request, reply) => {
        const { response, remember = false } = request.body;
        const signedIn = await auth.signInWithPasskey(
          { response, remember },
          cookies.readPending(request),
          relyingParty(request),
          originOf(request),
        );
        return ok(await enter(request, reply, signedIn));
      },
    );

    app.post(
      '/api/auth/confirm',
      { config: CONFIRM, schema: { body: ConfirmInput, response: { 200: Envelope(Type.Null()) } } },
      async (request) => {
        await auth.confirm(accountOf(request.principal), request.body.password, request.actor);
        return ok(null);
      },
    );

    app.post(
      '/api/auth/confirm/passkey/options',
      {
        config: { ...CONFIRM, ...OPTIONS },
        schema: { response: { 200: Envelope(PasskeyOptions) } },
      },
      async (request) => {
        const made = await auth.confirmOptions(
          accountOf(request.principal),
          relyingParty(request),
          request.actor,
        );
        return ok({ options: made });
      },
    );

    app.post(
      '/api/auth/confirm/passkey',
      { config: CONFIRM, schema: { body: PasskeyLoginInput, response: { 200: Envelope(Type.Null()) } } },
      async (request) => {
        const principal = accountOf(request.principal);
        await auth.confirmWithPasskey(principal, request.body.response, relyingParty(request), request.actor);
        return ok(null);
      },
    );

    app.post(
      '/api/auth/logout',
      {
        config: { access: 'account', whileRestricted: true, audit: ['SESSION_INVALIDATED'] },
        schema: { response: { 200: Envelope(Type.Null()) } },
      },
      async (request, reply) => {
        await auth.signOut(accountOf(request.principal), request.actor);
        cookies.clear(request, reply);
        return ok(null);
      },
    );

    app.get(
      '/api/auth/verify',
      {
        config: { access: 'account', whileRestricted: true, passive: true },
        schema: { response: { 200: Envelope(CurrentUser) } },
      },
      async (request) => {
        const data = await currentUser.describe(accountOf(request.principal).userId);
        return ok(data);
      },
    );

    done();
  };
}
