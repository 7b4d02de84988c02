/**
 * Reads what a browser's `navigator.credentials` answered. It comes from the network: only what has the documented shape and a
 * sensible size gets further, and only the fields we know.
 */
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';

/** Longest response as JSON, characters. An attestation of none with an RSA key takes about 2 KiB. */
const MAX_RESPONSE = 16 * 1024;

function Base64Url(maxLength: number) {
  return Type.String({ minLength: 1, maxLength, pattern: '^[A-Za-z0-9_-]+$' });
}

/** At most 1023 bytes (WebAuthn section 7.1). */
const CredentialId = Base64Url(1364);
const ClientDataJson = Base64Url(4096);

const RegistrationResponse = Type.Object({
  id: CredentialId,
  rawId: CredentialId,
  type: Type.Literal('public-key'),
  response: Type.Object({
    clientDataJSON: ClientDataJson,
    attestationObject: Base64Url(12_000),
    transports: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 20 })),
  }),
});

const AuthenticationResponse = Type.Object({
  id: CredentialId,
  rawId: CredentialId,
  type: Type.Literal('public-key'),
  response: Type.Object({
    clientDataJSON: ClientDataJson,
    authenticatorData: Base64Url(4096),
    signature: Base64Url(4096),
    // Null where the authenticator has nothing to say: some browsers write it, others leave it out.
    userHandle: Type.Optional(Type.Union([Type.String({ maxLength: 100 }), Type.Null()])),
  }),
});

const ClientData = Type.Object({
  type: Type.String(),
  challenge: Type.String(),
  origin: Type.String(),
  crossOrigin: Type.Optional(Type.Boolean()),
  topOrigin: Type.Optional(Type.String()),
});
export type ClientData = Static<typeof ClientData>;

/** WebAuthn section 5.8.4. Others are not remembered. */
const TRANSPORTS: readonly string[] = ['ble', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];

/** @returns the known fields; undefined when `response` is anything else. */
export function parseRegistrationResponse(response: unknown): RegistrationResponseJSON | undefined {
  if (!isShort(response) || !Value.Check(RegistrationResponse, response)) return undefined;
  const { id, rawId, type } = response;
  const { clientDataJSON, attestationObject, transports = [] } = response.response;
  const known = TRANSPORTS.filter((transport) => transports.includes(transport));
  return {
    id,
    rawId,
    type,
    response: { clientDataJSON, attestationObject, transports: known },
    clientExtensionResults: {},
  };
}

/** @returns the known fields; undefined when `response` is anything else. */
export function parseAuthenticationResponse(response: unknown): AuthenticationResponseJSON | undefined {
  if (!isShort(response) || !Value.Check(AuthenticationResponse, response)) return undefined;
  const { id, rawId, type } = response;
  const { clientDataJSON, authenticatorData, signature, userHandle } = response.response;
  return {
    id,
    rawId,
    type,
    response: {
      clientDataJSON,
      authenticatorData,
      signature,
      ...(typeof userHandle === 'string' && userHandle !== '' ? { userHandle } : {}),
    },
    clientExtensionResults: {},
  };
}

/** @param clientDataJson base64url. @returns undefined when it is not what WebAuthn section 5.8.1 describes. */
export function parseClientData(clientDataJson: string): ClientData | undefined {
  try {
    const data: unknown = JSON.parse(Buffer.from(clientDataJson, 'base64url').toString('utf8'));
    return Value.Check(ClientData, data) ? data : undefined;
  } catch {
    return undefined;
  }
}

function isShort(response: unknown): boolean {
  try {
    const json: unknown = JSON.stringify(response);
    return typeof json === 'string' && json.length <= MAX_RESPONSE;
  } catch {
    // Too deep, or not what a parser of JSON makes.
    return false;
  }
}
