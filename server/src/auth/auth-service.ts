/**
 * Signing in: password, then whatever second factor the account has; or a passkey alone; or, once in the life of a
 * server, the setup link. Ends in a session. Says the same, after the same work, whether an account exists or not.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { SecondFactorMethod } from '@pantau/contract/auth';
import { AppError } from '@pantau/base/errors';
import { addressKey } from '../access/address-key.ts';
import type { AccountPrincipal } from '../access/principal.ts';
import type { Actor } from '../audit/actor.ts';
import type { SecurityEvents } from '../audit/security-events.ts';
import { foldName } from '../fields.ts';
import type { RelyingParty } from '../second-factors/passkey.ts';
import type { SecondFactorService } from '../second-factors/second-factor-service.ts';
import { loginExpired, type SessionService } from '../sessions/session-service.ts';
import type { User } from '../users/user.ts';
import type { UserService } from '../users/user-service.ts';
import type { KnownDeviceStore } from './known-device-store.ts';
import { ACCOUNT_RULE, ADDRESS_RULE } from './login-throttle.ts';
import type { LoginAttempts } from './login-attempts.ts';
import type { ThrottleKey } from './login-throttle-store.ts';
import type { PasswordHasher } from './password-hasher.ts';
import type { PendingLogins } from './pending-login.ts';
import type { SetupToken } from './setup-token.ts';

export interface AuthServiceOptions {
  readonly users: UserService;
  readonly factors: SecondFactorService;
  readonly sessions: SessionService;
  readonly hasher: PasswordHasher;
  readonly attempts: LoginAttempts;
  readonly devices: KnownDeviceStore;
  readonly pending: PendingLogins;
  readonly setupToken: SetupToken;
  readonly events: SecurityEvents;
}

/** Where a sign-in comes from. */
export interface SignInOrigin {
  readonly actor: Actor;
  /** Value of the device cookie. */
  readonly deviceToken: string | undefined;
  /** The session of the same browser, which the new one takes the place of. */
  readonly replaces: AccountPrincipal | undefined;
}

/** What the browser gets. */
export interface SignedIn {
  readonly status: 'signed-in';
  readonly userId: number;
  readonly sessionId: string;
  readonly sessionToken: string;
  readonly deviceToken: string;
  readonly remembered: boolean;
}

export interface SecondFactorWanted {
  readonly status: 'second-factor';
  readonly methods: readonly SecondFactorMethod[];
  /** For the cookie of the pending login. */
  readonly pendingToken: string;
}

type Method = 'password' | 'passkey' | 'totp' | 'recovery-code' | 'setup-link';

export class AuthService {
  readonly #options: AuthServiceOptions;

  constructor(options: AuthServiceOptions) {
    this.#options = options;
  }

  async isSetupNeeded(): Promise<boolean> {
    return (await this.#options.users.count()) === 0;
  }

  /**
   * Creates the first administrator and signs in.
   * @throws AppError SETUP_TOKEN_INVALID, SETUP_DONE, USER_INVALID, PASSWORD_REFUSED
   */
  async setUp(
    input: { readonly token: string; readonly username: string; readonly password: string },
    origin: SignInOrigin,
  ): Promise<SignedIn> {
    const { users, setupToken, events } = this.#options;
    if (!setupToken.isValid(input.token)) {
      events.recordOften({ type: 'SETUP_REFUSED', actor: origin.actor }, placeOf(origin));
      throw new AppError(
        'forbidden',
        'SETUP_TOKEN_INVALID',
        'This setup link is wrong, used or expired. A restart of the server prints a new one.',
      );
    }
    const user = await users.createFirst(
      { username: input.username, password: input.password },
      origin.actor,
    );
    setupToken.void();
    return this.#open(user, false, 'setup-link', origin);
  }

  /**
   * The first step with user name and password.
   * @throws AppError LOGIN_FAILED, LOGIN_THROTTLED, OVERLOADED
   */
  async signIn(
    input: { readonly username: string; readonly password: string; readonly remember: boolean },
    origin: SignInOrigin,
  ): Promise<SignedIn | SecondFactorWanted> {
    const { users, hasher, factors, pending, attempts } = this.#options;
    const name = foldName(input.username);
    const found = await users.findForLogin(input.username);
    const keys = await this.#keysFor('account', found?.user.id, name, origin);
    const isRight = await attempts.run(keys, { actor: origin.actor, name: input.username }, async () => {
      const fits =
        found === undefined
          ? await hasher.verifyNobody(input.password)
          : await hasher.verify(found.passwordHash, input.password);
      return fits && found?.user.enabled === true;
    });
    if (!isRight || found === undefined) {
      throw new AppError('unauthenticated', 'LOGIN_FAILED', 'User name or password is wrong.');
    }
    const { user } = found;
    const methods = await factors.methodsOf(user.id);
    if (methods.length === 0) return this.#open(user, input.remember, 'password', origin);
    const pendingToken = pending.format({
      userId: user.id,
      passwordChangedAtMs: user.passwordChangedAtMs,
      remember: input.remember,
    });
    return { status: 'second-factor', methods, pendingToken };
  }

  /**
   * The second step with a code.
   * @throws AppError LOGIN_EXPIRED, SECOND_FACTOR_FAILED, LOGIN_THROTTLED
   */
  async signInWithCode(
    method: 'totp' | 'recovery-code',
    code: string,
    pendingToken: string | undefined,
    origin: SignInOrigin,
  ): Promise<SignedIn> {
    const { factors, attempts } = this.#options;
    const { user, remember } = await this.#resume(pendingToken);
    const keys = await this.#keysFor('factor', user.id, String(user.id), origin);
    const isRight = await attempts.run(
      keys,
      { actor: origin.actor, name: user.username, userId: user.id },
      () =>
        method === 'totp'
          ? factors.takeTotp(user.id, code)
          : factors.takeRecoveryCode(user.id, code, asUser(origin.actor, user)),
    );
    if (!isRight) throw wrongFactor();
    return this.#open(user, remember, method, origin);
  }

  /** What the browser asks a passkey: of the account whose sign-in is pending, or of any. */
  async passkeyOptions(pendingToken: string | undefined, rp: RelyingParty, actor: Actor): Promise<unknown> {
    this.#options.events.recordOften({ type: 'PASSKEY_OPTIONS', actor }, placeOf({ actor }));
    const pending = pendingToken === undefined ? undefined : this.#options.pending.parse(pendingToken);
    return pending === undefined
      ? this.#options.factors.passkeyLoginOptions(rp, 'login', undefined)
      : this.#options.factors.passkeyLoginOptions(rp, 'second-factor', pending.userId);
  }

  /**
   * Signs in with a passkey: as the second step when a sign-in is pending, else alone. Locks do not apply: a passkey cannot
   * be guessed, so the operator gets in whatever a stranger does to the account's name.
   * @throws AppError SECOND_FACTOR_FAILED
   */
  async signInWithPasskey(
    input: { readonly response: unknown; readonly remember: boolean },
    pendingToken: string | undefined,
    rp: RelyingParty,
    origin: SignInOrigin,
  ): Promise<SignedIn> {
    const { factors, users, pending, events } = this.#options;
    const waiting = pendingToken === undefined ? undefined : pending.parse(pendingToken);
    const proof =
      waiting === undefined
        ? await factors.takePasskey(input.response, rp, 'login', undefined)
        : await factors.takePasskey(input.response, rp, 'second-factor', waiting.userId);
    const user = proof.verified ? await users.find(proof.userId) : undefined;
    if (user === undefined || !user.enabled) {
      const reason = proof.verified ? 'disabled' : proof.reason;
      events.recordOften(
        { type: 'SECOND_FACTOR_FAILURE', actor: origin.actor, details: { method: 'passkey', reason } },
        placeOf(origin),
      );
      throw wrongFactor();
    }
    return this.#open(user, waiting?.remember ?? input.remember, 'passkey', origin);
  }

  /**
   * The person at a session proves themselves again, with the password.
   * @throws AppError LOGIN_FAILED as kind `invalid`: the session stays; LOGIN_THROTTLED
   */
  async confirm(principal: AccountPrincipal, password: string, actor: Actor): Promise<void> {
    const { users, hasher, attempts, sessions } = this.#options;
    const isRight = await attempts.runOwn(principal, actor, async () => {
      const found = await users.findForLogin(principal.username);
      // The name may have gone to another account since the request began.
      const isOwn = found?.user.id === principal.userId;
      return isOwn && (await hasher.verify(found.passwordHash, password));
    });
    if (!isRight) {
      throw new AppError('invalid', 'LOGIN_FAILED', 'The password is wrong.');
    }
    await sessions.confirm(principal.sessionId, actor);
  }

  /** The same with a passkey. @throws AppError SECOND_FACTOR_FAILED as kind `invalid` */
  async confirmWithPasskey(
    principal: AccountPrincipal,
    response: unknown,
    rp: RelyingParty,
    actor: Actor,
  ): Promise<void> {
    const { factors, sessions, events } = this.#options;
    const proof = await factors.takePasskey(response, rp, 'confirm', principal.userId);
    if (!proof.verified) {
      events.recordOften(
        { type: 'SECOND_FACTOR_FAILURE', actor, details: { method: 'passkey', reason: proof.reason } },
        `account ${principal.userId}`,
      );
      throw new AppError('invalid', 'SECOND_FACTOR_FAILED', 'The passkey was not accepted.');
    }
    await sessions.confirm(principal.sessionId, actor);
  }

  confirmOptions(principal: AccountPrincipal, rp: RelyingParty, actor: Actor): Promise<unknown> {
    this.#options.events.recordOften({ type: 'PASSKEY_OPTIONS', actor }, `account ${principal.userId}`);
    return this.#options.factors.passkeyLoginOptions(rp, 'confirm', principal.userId);
  }

  /** Ends the session of the cookie. */
  async signOut(principal: AccountPrincipal, actor: Actor): Promise<void> {
    await this.#options.sessions.end(principal.userId, principal.sessionId, 'sign-out', actor);
  }

  /** By what an attempt counts: a known device has a counter of its own, so that nobody else can exhaust it. */
  async #keysFor(
    kind: 'account' | 'factor',
    userId: number | undefined,
    name: string,
    { deviceToken, actor }: SignInOrigin,
  ): Promise<readonly ThrottleKey[]> {
    if (userId !== undefined && deviceToken !== undefined) {
      const hash = hashDevice(deviceToken);
      if (await this.#options.devices.isKnown(userId, hash)) {
        return [{ key: `${kind}-device:${userId}:${hash}`, rule: ACCOUNT_RULE }];
      }
    }
    const address = addressKey(actor.address ?? '');
    return [
      { key: `${kind}:${name}`, rule: ACCOUNT_RULE },
      { key: `address:${address}`, rule: ADDRESS_RULE },
    ];
  }

  /** @throws AppError LOGIN_EXPIRED */
  async #resume(pendingToken: string | undefined): Promise<{ user: User; remember: boolean }> {
    const { pending, users } = this.#options;
    const login = pendingToken === undefined ? undefined : pending.parse(pendingToken);
    const user = login && (await users.find(login.userId));
    const isCurrent = user?.enabled === true && user.passwordChangedAtMs === login?.passwordChangedAtMs;
    if (login === undefined || user === undefined || !isCurrent) {
      throw loginExpired();
    }
    return { user, remember: login.remember };
  }

  async #open(user: User, remember: boolean, method: Method, origin: SignInOrigin): Promise<SignedIn> {
    const { sessions, users, devices, events } = this.#options;
    const actor = asUser(origin.actor, user);
    if (origin.replaces !== undefined) {
      const { userId, sessionId } = origin.replaces;
      // It may have ended meanwhile; then there is nothing to replace.
      await sessions.end(userId, sessionId, 'sign-out', origin.actor).catch(ignoreNotFound);
    }
    const { session, token } = await sessions.open(
      {
        userId: user.id,
        username: user.username,
        passwordChangedAtMs: user.passwordChangedAtMs,
        remember,
        address: actor.address,
        userAgent: actor.userAgent,
      },
      actor,
    );
    const deviceToken = origin.deviceToken ?? randomBytes(24).toString('base64url');
    await devices.remember(user.id, hashDevice(deviceToken));
    await users.recordLogin(user.id, actor.address);
    events.record({
      type: 'AUTH_SUCCESS',
      actor,
      target: { kind: 'user', id: user.id, name: user.username },
      details: { method },
    });
    return {
      status: 'signed-in',
      userId: user.id,
      sessionId: session.id,
      sessionToken: token,
      deviceToken,
      remembered: remember,
    };
  }
}

function asUser(actor: Actor, user: User): Actor {
  return { ...actor, kind: 'account', id: user.id, name: user.username };
}

function placeOf({ actor }: { readonly actor: Actor }): string {
  return addressKey(actor.address ?? '');
}

function hashDevice(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function wrongFactor(): AppError {
  return new AppError('unauthenticated', 'SECOND_FACTOR_FAILED', 'The code or passkey was not accepted.');
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof AppError && error.kind === 'not-found')) throw error;
}
