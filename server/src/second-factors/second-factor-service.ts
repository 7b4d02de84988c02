/**
 * The rules about second factors: code apps, passkeys, and the recovery codes that stand in for either. What signs in
 * (`take…`) answers whether it passed; counting and writing down failures is the sign-in's business.
 */
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import type { Clock } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';
import type { AuditEventType } from '@pantau/contract/audit';
import type { SecondFactorMethod } from '@pantau/contract/auth';
import type { Actor } from '../audit/actor.ts';
import type { AuditEvent, AuditTarget, AuditValue } from '../audit/audit-event.ts';
import { PasskeyChallenges, type PasskeyPurpose } from './passkey-challenges.ts';
import { parseAuthenticationResponse, parseRegistrationResponse } from './passkey-response.ts';
import type { PasskeyStore } from './passkey-store.ts';
import {
  checkPasskeyName,
  MAX_PASSKEYS,
  passkeyInvalid,
  passkeyLimit,
  passkeyNotFound,
  type Passkey,
  type RelyingParty,
} from './passkey.ts';
import { createRecoveryCodes, hashRecoveryCode } from './recovery-code.ts';
import type { SecondFactorStore } from './second-factor-store.ts';
import { listMethods, type SecondFactorSummary } from './second-factor.ts';
import { createTotpSecret, formatTotpUri, verifyTotp } from './totp.ts';

/** Loaded with the first ceremony: WebAuthn and its certificates are a sixth of a second that a start need not take. */
const ceremonies = () => import('./passkey-ceremony.ts');

/** Who changes their factors. */
export interface FactorOwner {
  readonly userId: number;
  readonly username: string;
}

/** What passkeys sign in for. */
export type SignInPurpose = Exclude<PasskeyPurpose, 'register'>;

/** `counter`: the signature was good but the count went back, so the passkey was copied. */
export type PasskeyRefusal = 'malformed' | 'challenge' | 'unknown-passkey' | 'not-verified' | 'counter';

export type PasskeyProof =
  | { readonly verified: true; readonly userId: number; readonly passkeyId: number }
  | {
      readonly verified: false;
      readonly reason: PasskeyRefusal;
      /** Whose passkey signed, where that is proven: with the reason `counter` only. */
      readonly userId?: number;
    };

export class SecondFactorService {
  readonly #factors: SecondFactorStore;
  readonly #passkeys: PasskeyStore;
  readonly #clock: Clock;
  readonly #challenges: PasskeyChallenges;

  constructor(factors: SecondFactorStore, passkeys: PasskeyStore, clock: Clock) {
    this.#factors = factors;
    this.#passkeys = passkeys;
    this.#clock = clock;
    this.#challenges = new PasskeyChallenges(clock);
  }

  summaryOf(userId: number): Promise<SecondFactorSummary> {
    return this.#factors.summaryOf(userId);
  }

  /** How the account may give its second proof; empty when it has no second factor. */
  async methodsOf(userId: number): Promise<SecondFactorMethod[]> {
    return listMethods(await this.summaryOf(userId));
  }

  /** Whether the code of the account's app fits and was not used before; it is used up. @throws AppError CREDENTIALS_UNREADABLE */
  takeTotp(userId: number, code: string): Promise<boolean> {
    return this.#factors.takeTotp(userId, (secret, lastStep) =>
      verifyTotp(secret, code, this.#clock.now(), lastStep),
    );
  }

  /** Whether the code is one of the account's and unused; it is used up, and that is written down. */
  async takeRecoveryCode(userId: number, code: string, actor: Actor): Promise<boolean> {
    const hash = hashRecoveryCode(code);
    if (hash === undefined) return false;
    return this.#factors.takeRecoveryCode(userId, hash, (left) => ({
      type: 'RECOVERY_CODE_USED',
      actor,
      target: { kind: 'user', id: userId, name: actor.name },
      details: { left },
    }));
  }

  /**
   * For `navigator.credentials.get`.
   * @param userId whose passkeys will do; undefined (with `login`): anybody's.
   * @throws AppError PASSKEY_NOT_FOUND when that account has none.
   */
  async passkeyLoginOptions(
    relyingParty: RelyingParty,
    purpose: SignInPurpose,
    userId?: number,
  ): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const allowed = userId === undefined ? undefined : await this.#passkeys.list(userId);
    // An empty list would mean "any" to the browser.
    if (allowed?.length === 0) throw passkeyNotFound();
    const challenge = this.#challenges.issue({ purpose, userId });
    const { createAuthenticationOptions } = await ceremonies();
    return createAuthenticationOptions(relyingParty, allowed, challenge);
  }

  /**
   * Whether the browser's answer proves that somebody holds a passkey. The challenge is used up whatever the outcome.
   * @param response from the network, of any shape.
   * @param purpose and `userId` as they were when the options were made.
   */
  async takePasskey(
    response: unknown,
    relyingParty: RelyingParty,
    purpose: SignInPurpose,
    userId?: number,
  ): Promise<PasskeyProof> {
    const parsed = parseAuthenticationResponse(response);
    if (parsed === undefined) return { verified: false, reason: 'malformed' };
    const { readClientData, verifyAuthentication } = await ceremonies();
    try {
      const clientData = readClientData(parsed);
      if (!this.#challenges.take(clientData.challenge, { purpose, userId }))
        return { verified: false, reason: 'challenge' };
      const passkey = await this.#passkeys.findByCredential(parsed.id);
      if (passkey === undefined || (userId !== undefined && passkey.userId !== userId))
        return { verified: false, reason: 'unknown-passkey' };
      if (!(await this.#isOwnHandle(passkey, parsed.response.userHandle, userId)))
        return { verified: false, reason: 'unknown-passkey' };
      const use = await verifyAuthentication(relyingParty, parsed, clientData, passkey);
      const outcome = await this.#passkeys.use(passkey.id, use);
      if (outcome === 'gone') return { verified: false, reason: 'unknown-passkey' };
      if (outcome === 'counter') return { verified: false, reason: 'counter', userId: passkey.userId };
      return { verified: true, userId: passkey.userId, passkeyId: passkey.id };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'PASSKEY_INVALID') throw error;
      return { verified: false, reason: 'not-verified' };
    }
  }

  /** Nothing changes for the account before `confirmTotp`. @throws AppError TOTP_NOT_STARTED when an app is active already. */
  async beginTotp(
    owner: FactorOwner,
    issuer: string,
    actor: Actor,
  ): Promise<{ readonly secret: string; readonly uri: string }> {
    const secret = createTotpSecret();
    await this.#factors.startTotp(owner.userId, secret, ownEvent('TOTP_STARTED', owner, actor));
    return { secret: secret.reveal(), uri: formatTotpUri(secret, issuer, owner.username) };
  }

  /** @returns new recovery codes; those of before are void. @throws AppError TOTP_NOT_STARTED, SECOND_FACTOR_FAILED */
  async confirmTotp(owner: FactorOwner, code: string, actor: Actor): Promise<readonly string[]> {
    const { codes, hashes } = newRecoveryCodes();
    await this.#factors.confirmTotp(
      owner.userId,
      (secret) => verifyTotp(secret, code, this.#clock.now(), null),
      hashes,
      [ownEvent('TOTP_ENABLED', owner, actor), ownEvent('RECOVERY_CODES_CREATED', owner, actor)],
    );
    return codes;
  }

  /**
   * The last factor of an administrator can be removed even where the site asks administrators for one: the account is then
   * restricted to adding another, which is safer than keeping a factor on a phone that was lost.
   * @throws AppError NOT_FOUND when there is no code app.
   */
  removeTotp(owner: FactorOwner, actor: Actor): Promise<void> {
    return this.#factors.removeTotp(owner.userId, (wasLast) =>
      ownEvent('TOTP_DISABLED', owner, actor, { last_factor: wasLast }),
    );
  }

  /** @returns new recovery codes; those of before are void. @throws AppError SECOND_FACTOR_MISSING */
  async renewRecoveryCodes(owner: FactorOwner, actor: Actor): Promise<readonly string[]> {
    const { codes, hashes } = newRecoveryCodes();
    const event = ownEvent('RECOVERY_CODES_CREATED', owner, actor);
    await this.#factors.replaceRecoveryCodes(owner.userId, hashes, event);
    return codes;
  }

  listPasskeys(userId: number): Promise<readonly Passkey[]> {
    return this.#passkeys.list(userId);
  }

  /** For `navigator.credentials.create`. @throws AppError PASSKEY_LIMIT */
  async passkeyRegistrationOptions(
    owner: FactorOwner,
    relyingParty: RelyingParty,
    actor: Actor,
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const existing = await this.#passkeys.list(owner.userId);
    if (existing.length >= MAX_PASSKEYS) throw passkeyLimit();
    const webauthnUserId = await this.#passkeys.findWebauthnUserId(owner.userId);
    if (webauthnUserId === undefined)
      throw new AppError('not-found', 'USER_NOT_FOUND', 'The account does not exist any more.');
    await this.#passkeys.recordEvent(ownEvent('PASSKEY_OPTIONS', owner, actor));
    const challenge = this.#challenges.issue({ purpose: 'register', userId: owner.userId });
    const { createRegistrationOptions } = await ceremonies();
    return createRegistrationOptions(
      relyingParty,
      { username: owner.username, webauthnUserId },
      existing,
      challenge,
    );
  }

  /**
   * @param response from the network, of any shape.
   * @returns recovery codes too when this is the first second factor of the account.
   * @throws AppError PASSKEY_INVALID, PASSKEY_LIMIT
   */
  async addPasskey(
    owner: FactorOwner,
    input: { readonly name: string; readonly response: unknown },
    relyingParty: RelyingParty,
    actor: Actor,
  ): Promise<{ readonly passkey: Passkey; readonly recoveryCodes: readonly string[] | null }> {
    const { userId } = owner;
    const name = checkPasskeyName(input.name);
    const parsed = parseRegistrationResponse(input.response);
    if (parsed === undefined) throw passkeyInvalid('The response is not one of a passkey.');
    const { readClientData, verifyRegistration } = await ceremonies();
    const clientData = readClientData(parsed);
    if (!this.#challenges.take(clientData.challenge, { purpose: 'register', userId }))
      throw passkeyInvalid('The challenge was not ours, is used or expired; begin again.');
    const credential = await verifyRegistration(relyingParty, parsed, clientData);
    const { codes, hashes } = newRecoveryCodes();
    const { passkey, wasFirst } = await this.#passkeys.add(
      { ...credential, userId, name },
      hashes,
      (added, isFirst) => [
        passkeyEvent('PASSKEY_ADDED', added, actor, { synced: added.synced }),
        ...(isFirst ? [ownEvent('RECOVERY_CODES_CREATED', owner, actor)] : []),
      ],
    );
    return { passkey, recoveryCodes: wasFirst ? codes : null };
  }

  /** @throws AppError PASSKEY_NOT_FOUND, also for one of another account; PASSKEY_INVALID for the name. */
  async renamePasskey(owner: FactorOwner, id: number, name: string, actor: Actor): Promise<Passkey> {
    const checked = checkPasskeyName(name);
    return this.#passkeys.rename(owner.userId, id, checked, (before) =>
      passkeyEvent('PASSKEY_RENAMED', { ...before, name: checked }, actor, {
        changes: { name: [before.name, checked] },
      }),
    );
  }

  /** As `removeTotp` for the last factor of an administrator. @throws AppError PASSKEY_NOT_FOUND, also for one of another account. */
  removePasskey(owner: FactorOwner, id: number, actor: Actor): Promise<void> {
    return this.#passkeys.remove(owner.userId, id, (removed, wasLast) =>
      passkeyEvent('PASSKEY_REMOVED', removed, actor, { last_factor: wasLast }),
    );
  }

  /** The handle says whose passkey it is (WebAuthn section 7.2, step 6); it may be missing where the account is known already. */
  async #isOwnHandle(
    passkey: Passkey,
    userHandle: string | undefined,
    userId: number | undefined,
  ): Promise<boolean> {
    if (userHandle === undefined) return userId !== undefined;
    return userHandle === (await this.#passkeys.findWebauthnUserId(passkey.userId));
  }
}

function newRecoveryCodes(): { readonly codes: readonly string[]; readonly hashes: readonly string[] } {
  const codes = createRecoveryCodes();
  return { codes, hashes: codes.flatMap((code) => hashRecoveryCode(code) ?? []) };
}

function ownEvent(
  type: AuditEventType,
  owner: FactorOwner,
  actor: Actor,
  details?: { readonly [field: string]: AuditValue },
): AuditEvent {
  const target: AuditTarget = { kind: 'user', id: owner.userId, name: owner.username };
  return { type, actor, target, ...(details === undefined ? {} : { details }) };
}

function passkeyEvent(
  type: AuditEventType,
  passkey: Passkey,
  actor: Actor,
  details: { readonly [field: string]: AuditValue },
): AuditEvent {
  return { type, actor, target: { kind: 'passkey', id: passkey.id, name: passkey.name }, details };
}
