/** Passkeys as this browser can or cannot do them. WebAuthn works on https and localhost only. */
import {
  browserSupportsWebAuthn,
  browserSupportsWebAuthnAutofill,
  startAuthentication,
  startRegistration,
  WebAuthnAbortService,
  WebAuthnError,
  type AuthenticationResponseJSON,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/browser';
import type { PasskeyOptions } from '@pantau/contract/auth';

/** Why passkeys cannot be used here; undefined when they can. */
export function passkeyObstacle(): 'insecure' | 'unsupported' | undefined {
  if (!isSecureContext) return 'insecure';
  return browserSupportsWebAuthn() ? undefined : 'unsupported';
}

/** Passwords typed on this page travel unencrypted, for everybody on the way to read. */
export function isPlainHttp(): boolean {
  return location.protocol === 'http:' && !isSecureContext;
}

export function canOfferPasskeysInField(): Promise<boolean> {
  return passkeyObstacle() === undefined ? browserSupportsWebAuthnAutofill() : Promise.resolve(false);
}

/** @throws WebAuthnError and the browser's own errors, see `wasCancelled` */
export function provePasskey(
  { options }: PasskeyOptions,
  inField = false,
): Promise<AuthenticationResponseJSON> {
  // The server's options are WebAuthn's own JSON; the contract does not describe them again.
  const optionsJSON = options as PublicKeyCredentialRequestOptionsJSON;
  return startAuthentication({ optionsJSON, useBrowserAutofill: inField });
}

/** @throws WebAuthnError and the browser's own errors, see `wasCancelled` and `isKnownPasskey` */
export function makePasskey({ options }: PasskeyOptions): Promise<RegistrationResponseJSON> {
  // As above.
  const optionsJSON = options as PublicKeyCredentialCreationOptionsJSON;
  return startRegistration({ optionsJSON });
}

/** Takes back the browser's offer inside a field: its page is gone. */
export function stopOfferingPasskeys(): void {
  WebAuthnAbortService.cancelCeremony();
}

/** The person closed the browser's question, let it time out, or began another one. */
export function wasCancelled(error: unknown): boolean {
  return error instanceof Error && (error.name === 'NotAllowedError' || error.name === 'AbortError');
}

/** This device has a passkey for the account already. */
export function isKnownPasskey(error: unknown): boolean {
  return error instanceof WebAuthnError && error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED';
}
