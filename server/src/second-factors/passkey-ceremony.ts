/**
 * The two ceremonies of WebAuthn (sections 7.1 and 7.2): what a browser is asked for, and whether its answer is good. Stateless: the
 * challenges and passkeys are given. Every refusal is an AppError PASSKEY_INVALID, whatever was thrown underneath.
 */
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { decodeAttestationObject, verifySignature } from '@simplewebauthn/server/helpers';
import { CHALLENGE_LIFETIME_MS } from './passkey-challenges.ts';
import { passkeyInvalid, type NewPasskey, type Passkey, type RelyingParty } from './passkey.ts';
import { parseClientData, type ClientData } from './passkey-response.ts';

/** EdDSA, ES256, RS256 (COSE algorithm numbers): what every authenticator in use has one of. */
const ALGORITHMS = [-8, -7, -257];
/** WebAuthn section 7.1. */
const MAX_CREDENTIAL_ID_BYTES = 1023;
/** DER of (1, 1): well-formed, and of no key. */
const SOME_SIGNATURE = [0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01];

export interface PasskeyOwner {
  readonly username: string;
  /** Random, base64url. */
  readonly webauthnUserId: string;
}

/** What an authenticator says at a sign-in that passed. */
export interface PasskeyUse {
  readonly counter: number;
  readonly synced: boolean;
}

/**
 * For `navigator.credentials.create`. Passkeys must be discoverable and ask for a finger, face or PIN, because they also
 * sign in without a password.
 */
export function createRegistrationOptions(
  relyingParty: RelyingParty,
  owner: PasskeyOwner,
  existing: readonly Passkey[],
  challenge: Uint8Array,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  return generateRegistrationOptions({
    rpID: relyingParty.id,
    rpName: relyingParty.name,
    userID: Uint8Array.from(Buffer.from(owner.webauthnUserId, 'base64url')),
    userName: owner.username,
    userDisplayName: owner.username,
    challenge: Uint8Array.from(challenge),
    timeout: CHALLENGE_LIFETIME_MS,
    attestationType: 'none',
    excludeCredentials: existing.map(describe),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: ALGORITHMS,
  });
}

/**
 * For `navigator.credentials.get`.
 * @param allowed passkeys that will do; undefined: any discoverable one of this site.
 */
export function createAuthenticationOptions(
  relyingParty: RelyingParty,
  allowed: readonly Passkey[] | undefined,
  challenge: Uint8Array,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  return generateAuthenticationOptions({
    rpID: relyingParty.id,
    challenge: Uint8Array.from(challenge),
    timeout: CHALLENGE_LIFETIME_MS,
    userVerification: 'required',
    ...(allowed === undefined ? {} : { allowCredentials: allowed.map(describe) }),
  });
}

/** @returns what the response was made about, of which nothing is proven yet. @throws AppError PASSKEY_INVALID */
export function readClientData(response: RegistrationResponseJSON | AuthenticationResponseJSON): ClientData {
  const clientData = parseClientData(response.response.clientDataJSON);
  if (clientData === undefined) throw passkeyInvalid('The response has no readable client data.');
  return clientData;
}

/**
 * @param clientData of the response, after its challenge was found among ours.
 * @throws AppError PASSKEY_INVALID
 */
export async function verifyRegistration(
  relyingParty: RelyingParty,
  response: RegistrationResponseJSON,
  clientData: ClientData,
): Promise<Omit<NewPasskey, 'userId' | 'name'>> {
  checkNotFramed(clientData);
  const { registrationInfo } = await refusing(async () => {
    checkAttestation(response.response.attestationObject);
    const result = await verifyRegistrationResponse({
      response,
      expectedChallenge: clientData.challenge,
      expectedOrigin: relyingParty.origin,
      expectedRPID: relyingParty.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (result.registrationInfo !== undefined) await checkKey(result.registrationInfo.credential.publicKey);
    return result;
  });
  if (registrationInfo === undefined) throw passkeyInvalid('The passkey could not be verified.');
  const { credential, credentialBackedUp } = registrationInfo;
  const idBytes = Buffer.from(credential.id, 'base64url').byteLength;
  if (idBytes === 0 || idBytes > MAX_CREDENTIAL_ID_BYTES || credential.id !== response.id)
    throw passkeyInvalid('The passkey has no usable id.');
  return {
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports: response.response.transports ?? [],
    synced: credentialBackedUp,
  };
}

/**
 * Whether the passkey signed this challenge, here, after checking who holds it. The counter is not
 * looked at: `PasskeyStore.use` compares it.
 * @param clientData of the response, after its challenge was found among ours.
 * @throws AppError PASSKEY_INVALID
 */
export async function verifyAuthentication(
  relyingParty: RelyingParty,
  response: AuthenticationResponseJSON,
  clientData: ClientData,
  passkey: Passkey,
): Promise<PasskeyUse> {
  checkNotFramed(clientData);
  const { verified, authenticationInfo } = await refusing(() =>
    verifyAuthenticationResponse({
      response,
      expectedChallenge: clientData.challenge,
      expectedOrigin: relyingParty.origin,
      expectedRPID: relyingParty.id,
      requireUserVerification: true,
      credential: {
        id: passkey.credentialId,
        publicKey: Uint8Array.from(Buffer.from(passkey.publicKey, 'base64url')),
        // The library would compare counters before the signature, so that anybody could raise the alarm of a copied passkey.
        counter: 0,
      },
    }),
  );
  if (!verified) throw passkeyInvalid('The signature does not fit the passkey.');
  return { counter: authenticationInfo.newCounter, synced: authenticationInfo.credentialBackedUp };
}

/** Our pages are never framed by another site. */
function checkNotFramed({ crossOrigin, topOrigin }: ClientData): void {
  if (crossOrigin === true || topOrigin !== undefined)
    throw passkeyInvalid('The response was made inside another site.');
}

/**
 * We ask for no attestation. What may come nevertheless is a signature of the passkey's own key. Certificates are refused unread:
 * checking them would fetch revocation lists from addresses that the sender chose.
 */
function checkAttestation(attestationObject: string): void {
  const decoded = decodeAttestationObject(Uint8Array.from(Buffer.from(attestationObject, 'base64url')));
  const [format, statement] = [decoded.get('fmt'), decoded.get('attStmt')];
  const isSelfSigned = format === 'packed' && statement instanceof Map && !statement.has('x5c');
  if (format !== 'none' && !isSelfSigned) throw passkeyInvalid('The passkey came with an attestation.');
}

/** Nothing was signed with the key so far: one that is cut off or not on its curve would only show at the first sign-in. */
async function checkKey(publicKey: Uint8Array): Promise<void> {
  await verifySignature({
    credentialPublicKey: Uint8Array.from(publicKey),
    data: new Uint8Array(1),
    signature: Uint8Array.from(SOME_SIGNATURE),
  });
}

async function refusing<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch (cause) {
    throw passkeyInvalid('The passkey could not be verified.', cause);
  }
}

function describe(passkey: Passkey) {
  return { id: passkey.credentialId, transports: [...passkey.transports] };
}
