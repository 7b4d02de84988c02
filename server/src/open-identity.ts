/** The part of the composition root that knows people: who they are, what they may do, and what they did. */
import type { FastifyRequest } from 'fastify';
import type { Clock } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import { ApiKeyService } from './api-keys/api-key-service.ts';
import { createApiKeyStore } from './api-keys/api-key-store.ts';
import { AuditService } from './audit/audit-service.ts';
import { createAuditStore } from './audit/audit-store.ts';
import { createArgon2Hasher } from './auth/argon2-hasher.ts';
import { AuthService } from './auth/auth-service.ts';
import { CurrentUserService } from './auth/current-user-service.ts';
import { createKnownDeviceStore } from './auth/known-device-store.ts';
import { LoginAttempts } from './auth/login-attempts.ts';
import { createLoginThrottleStore } from './auth/login-throttle-store.ts';
import { PasswordPolicy } from './auth/password-policy.ts';
import { PasswordStrengthThread } from './auth/password-strength.ts';
import { PendingLogins } from './auth/pending-login.ts';
import { SetupToken } from './auth/setup-token.ts';
import type { Config } from './config/config.ts';
import type { Database } from './db/database.ts';
import type { GrantHolder } from './delivery/grant-holder.ts';
import { createCredentialResolver } from './http/credential-resolver.ts';
import { createOwnOrigin, type OwnOrigin } from './http/own-origin.ts';
import type { PrincipalResolver } from './http/principal-resolver.ts';
import { SessionCookies } from './http/session-cookies.ts';
import { findRelyingParty, type RelyingParty } from './second-factors/passkey.ts';
import { createPasskeyStore } from './second-factors/passkey-store.ts';
import { SecondFactorService } from './second-factors/second-factor-service.ts';
import { createSecondFactorStore } from './second-factors/second-factor-store.ts';
import type { KeyRing } from './secrets/key-ring.ts';
import type { SecretBox } from './secrets/secret-box.ts';
import { SessionService } from './sessions/session-service.ts';
import { createSessionStore } from './sessions/session-store.ts';
import { SettingsService } from './settings/settings-service.ts';
import { createSettingsStore } from './settings/settings-store.ts';
import { UserService } from './users/user-service.ts';
import { createUserStore } from './users/user-store.ts';

/** What authenticator apps and passkey dialogs call the site. */
export const SITE_NAME = 'Pantau';

export interface Identity {
  readonly audit: AuditService;
  readonly settings: SettingsService;
  readonly apiKeys: ApiKeyService;
  readonly users: UserService;
  readonly factors: SecondFactorService;
  readonly sessions: SessionService;
  readonly auth: AuthService;
  readonly currentUser: CurrentUserService;
  readonly setupToken: SetupToken;
  readonly principals: PrincipalResolver;
  readonly grants: GrantHolder;
  readonly ownOrigin: OwnOrigin;
  readonly cookies: SessionCookies;
  /** The site as passkeys know it, by the address of the request. */
  readonly relyingPartyOf: (request: FastifyRequest) => RelyingParty | undefined;
}

export interface OpenIdentityOptions {
  /** Gets what has to be closed. */
  readonly stack: AsyncDisposableStack;
  readonly config: Config;
  readonly database: Database;
  readonly ring: KeyRing;
  readonly box: SecretBox;
  /** Whether the peer of a request is a proxy whose headers are believed. */
  readonly isTrusted: Parameters<typeof createOwnOrigin>[1];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** @throws AppError when the settings cannot be read. */
export async function openIdentity(options: OpenIdentityOptions): Promise<Identity> {
  const { stack, config, database, ring, box, clock, logger } = options;
  // First, so that it ends after everything that writes into it.
  const audit = stack.adopt(
    new AuditService({ store: createAuditStore(database), clock, logger }),
    (service) => service.stop(),
  );
  audit.start();
  const settings = new SettingsService({ store: createSettingsStore(database, clock), logger });
  await settings.refresh();
  const readRules = () => settings.readRules();

  const apiKeys = stack.adopt(
    new ApiKeyService({ store: createApiKeyStore(database, clock), clock, logger }),
    (service) => service.stop(),
  );
  apiKeys.start();

  const hasher = createArgon2Hasher();
  const strength = stack.use(new PasswordStrengthThread(clock));
  const attempts = new LoginAttempts({
    throttle: createLoginThrottleStore(database, clock),
    events: audit,
    clock,
    logger,
  });
  stack.adopt(attempts, (each) => each.stop());
  attempts.start();
  const users = new UserService({
    store: createUserStore(database, clock),
    hasher,
    policy: new PasswordPolicy(strength, hasher),
    attempts,
  });
  const factors = new SecondFactorService(
    createSecondFactorStore(database, box, clock),
    createPasskeyStore(database, clock),
    clock,
  );
  const sessions = stack.adopt(
    new SessionService({ store: createSessionStore(database, clock), readRules, clock, logger }),
    (service) => service.stop(),
  );
  sessions.start();

  const setupToken = new SetupToken(clock);
  const pendingKeys = ring.deriveKey('pending-login');
  const auth = new AuthService({
    users,
    factors,
    sessions,
    hasher,
    attempts,
    devices: createKnownDeviceStore(database, clock),
    pending: new PendingLogins(() => pendingKeys.all(), clock),
    setupToken,
    events: audit,
  });
  const ownOrigin = createOwnOrigin(config, options.isTrusted);
  return {
    audit,
    settings,
    apiKeys,
    users,
    factors,
    sessions,
    auth,
    currentUser: new CurrentUserService({ users, factors, readRules, clock }),
    setupToken,
    principals: createCredentialResolver({ sessions, apiKeys, events: audit }),
    grants: {
      findPrincipal: (subject) =>
        subject.startsWith('s')
          ? sessions.findPrincipalById(subject.slice(1))
          : apiKeys.findPrincipalById(Number(subject.slice(1))),
    },
    ownOrigin,
    cookies: new SessionCookies(ownOrigin),
    relyingPartyOf: (request) => {
      const origin = ownOrigin.of(request.raw);
      return origin === undefined ? undefined : findRelyingParty(origin, SITE_NAME);
    },
  };
}
