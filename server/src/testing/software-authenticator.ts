/**
 * A browser with an authenticator, for tests: it makes passkeys and signs with them as WebAuthn Level 3 describes (section 6
 * and 5.8.1), and it lies wherever a test tells it to.
 *
 *     const authenticator = new SoftwareAuthenticator('https://cctv.example.org');
 *     const added = authenticator.register(options);      // options of the server → RegistrationResponseJSON
 *     const proof = authenticator.authenticate(options);  // options of the server → AuthenticationResponseJSON
 */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { Type } from 'typebox';
import { Value } from 'typebox/value';

/** Where the answer differs from that of an honest browser. */
export interface Lies {
  /** Of the page; default: the one given to the constructor. */
  readonly origin?: string;
  /** What the authenticator signs for; default: what the options say. */
  readonly rpId?: string;
  /** base64url; default: the one of the options. */
  readonly challenge?: string;
  /** `webauthn.create` or `webauthn.get`. */
  readonly type?: string;
  readonly crossOrigin?: boolean;
  readonly userPresent?: boolean;
  readonly userVerified?: boolean;
  /** Default: one more than before, or always 0 when the authenticator does not count. */
  readonly counter?: number;
  /** Base64url of the account; null leaves it out. */
  readonly userHandle?: string | null;
  /** Signs with another key. */
  readonly wrongKey?: boolean;
  /** Changes one bit of the signature. */
  readonly flipSignature?: boolean;
  /** Answers with this one of its passkeys, whatever the options allow. */
  readonly credentialId?: string;
  /** Attestation: default none; a signature of the passkey itself; one with certificates. */
  readonly attestation?: 'none' | 'self' | 'certificate';
}

export interface AuthenticatorOptions {
  /** Passkeys that its maker copies between devices. */
  readonly synced?: boolean;
  /** Many authenticators always say 0. */
  readonly counts?: boolean;
  /** Of its keys; default ES256. */
  readonly algorithm?: Algorithm;
}

export type Algorithm = 'ES256' | 'EdDSA' | 'RS256';
/** COSE numbers. */
const ALGORITHM_NUMBERS: Readonly<Record<Algorithm, number>> = { ES256: -7, EdDSA: -8, RS256: -257 };

interface Credential {
  readonly id: string;
  readonly rpId: string;
  readonly userHandle: string;
  readonly privateKey: KeyObject;
  /** COSE. */
  readonly publicKey: Buffer;
  counter: number;
}

const CreationOptions = Type.Object({
  challenge: Type.String(),
  rp: Type.Object({ id: Type.String() }),
  user: Type.Object({ id: Type.String() }),
  excludeCredentials: Type.Optional(Type.Array(Type.Object({ id: Type.String() }))),
});
const RequestOptions = Type.Object({
  challenge: Type.String(),
  rpId: Type.String(),
  allowCredentials: Type.Optional(Type.Array(Type.Object({ id: Type.String() }))),
});

export class SoftwareAuthenticator {
  readonly #origin: string;
  readonly #options: Required<AuthenticatorOptions>;
  readonly #credentials: Credential[] = [];

  /** @param origin of the page that asks. */
  constructor(origin: string, options: AuthenticatorOptions = {}) {
    this.#origin = origin;
    this.#options = { synced: false, counts: true, algorithm: 'ES256', ...options };
  }

  /** Ids of its passkeys, base64url, oldest first. */
  get credentialIds(): readonly string[] {
    return this.#credentials.map(({ id }) => id);
  }

  /** `navigator.credentials.create`. @param options `PublicKeyCredentialCreationOptionsJSON` as the server sent them. */
  register(options: unknown, lies: Lies = {}) {
    const { challenge, rp, user, excludeCredentials = [] } = Value.Parse(CreationOptions, options);
    if (excludeCredentials.some(({ id }) => this.credentialIds.includes(id)))
      throw new Error('the authenticator has a passkey of this account already');
    const { algorithm } = this.#options;
    const { privateKey, publicKey } = makeKeys(algorithm);
    const credential: Credential = {
      id: randomBytes(32).toString('base64url'),
      rpId: rp.id,
      userHandle: user.id,
      privateKey,
      publicKey: encodeCoseKey(publicKey, algorithm),
      counter: 0,
    };
    this.#credentials.push(credential);
    const clientData = this.#encodeClientData('webauthn.create', challenge, lies);
    const authenticatorData = this.#encodeAuthenticatorData(credential, lies, true);
    const { format, statement } = attest(credential, algorithm, authenticatorData, clientData, lies);
    const attestationObject = encodeCbor(
      new Map<string, CborValue>([
        ['fmt', format],
        ['attStmt', statement],
        ['authData', authenticatorData],
      ]),
    );
    return {
      id: credential.id,
      rawId: credential.id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      clientExtensionResults: { credProps: { rk: true } },
      response: {
        clientDataJSON: clientData.toString('base64url'),
        attestationObject: attestationObject.toString('base64url'),
        transports: ['internal', 'hybrid'],
      },
    };
  }

  /** `navigator.credentials.get`. @param options `PublicKeyCredentialRequestOptionsJSON` as the server sent them. */
  authenticate(options: unknown, lies: Lies = {}) {
    const { challenge, rpId, allowCredentials = [] } = Value.Parse(RequestOptions, options);
    const credential = this.#credentials.findLast(({ id, rpId: own }) =>
      lies.credentialId === undefined
        ? own === rpId && (allowCredentials.length === 0 || allowCredentials.some((one) => one.id === id))
        : id === lies.credentialId,
    );
    if (credential === undefined) throw new Error('the authenticator has no passkey that fits');
    const clientData = this.#encodeClientData('webauthn.get', challenge, lies);
    const authenticatorData = this.#encodeAuthenticatorData(credential, lies, false);
    const key = lies.wrongKey === true ? makeKeys(this.#options.algorithm).privateKey : credential.privateKey;
    const signature = signWith(key, authenticatorData, clientData);
    if (lies.flipSignature === true)
      signature.writeUInt8(signature.readUInt8(signature.length - 1) ^ 1, signature.length - 1);
    const userHandle = lies.userHandle === undefined ? credential.userHandle : lies.userHandle;
    return {
      id: credential.id,
      rawId: credential.id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authenticatorData.toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle,
      },
    };
  }

  #encodeClientData(type: string, challenge: string, lies: Lies): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? challenge,
        origin: lies.origin ?? this.#origin,
        crossOrigin: lies.crossOrigin ?? false,
      }),
    );
  }

  /** WebAuthn section 6.1. @param isNew with the attested credential (section 6.5.1). */
  #encodeAuthenticatorData(credential: Credential, lies: Lies, isNew: boolean): Buffer {
    const { synced, counts } = this.#options;
    credential.counter = lies.counter ?? (counts ? credential.counter + 1 : 0);
    const flags =
      ((lies.userPresent ?? true) ? 0x01 : 0) |
      ((lies.userVerified ?? true) ? 0x04 : 0) |
      (synced ? 0x18 : 0) |
      (isNew ? 0x40 : 0);
    const head = Buffer.alloc(5);
    head.writeUInt8(flags, 0);
    head.writeUInt32BE(credential.counter, 1);
    const parts: Buffer[] = [
      createHash('sha256')
        .update(lies.rpId ?? credential.rpId)
        .digest(),
      head,
    ];
    if (isNew) {
      const id = Buffer.from(credential.id, 'base64url');
      const idLength = Buffer.alloc(2);
      idLength.writeUInt16BE(id.length);
      parts.push(Buffer.alloc(16), idLength, id, credential.publicKey);
    }
    return Buffer.concat(parts);
  }
}

/** WebAuthn section 8: `none`, or `packed` signed by the passkey itself or with a (meaningless) certificate. */
function attest(
  credential: Credential,
  algorithm: Algorithm,
  authenticatorData: Buffer,
  clientData: Buffer,
  lies: Lies,
): { readonly format: string; readonly statement: Map<string, CborValue> } {
  if (lies.attestation === undefined || lies.attestation === 'none')
    return { format: 'none', statement: new Map() };
  const statement = new Map<string, CborValue>([
    ['alg', ALGORITHM_NUMBERS[algorithm]],
    ['sig', signWith(credential.privateKey, authenticatorData, clientData)],
  ]);
  if (lies.attestation === 'certificate') statement.set('x5c', [Buffer.from('3000', 'hex')]);
  return { format: 'packed', statement };
}

function signWith(key: KeyObject, authenticatorData: Buffer, clientData: Buffer): Buffer {
  const clientDataHash = createHash('sha256').update(clientData).digest();
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  return sign(digest, Buffer.concat([authenticatorData, clientDataHash]), key);
}

function makeKeys(algorithm: Algorithm): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519');
  if (algorithm === 'RS256') return generateKeyPairSync('rsa', { modulusLength: 2048 });
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** RFC 9053 section 7.1.1 (EC2), 7.2 (OKP), RFC 8230 section 4 (RSA). */
function encodeCoseKey(publicKey: KeyObject, algorithm: Algorithm): Buffer {
  const { x = '', y = '', n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const bytes = (text: string) => Buffer.from(text, 'base64url');
  const fields: Readonly<Record<Algorithm, readonly [number, CborValue][]>> = {
    ES256: [
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, bytes(x)],
      [-3, bytes(y)],
    ],
    EdDSA: [
      [1, 1],
      [3, -8],
      [-1, 6],
      [-2, bytes(x)],
    ],
    RS256: [
      [1, 3],
      [3, -257],
      [-1, bytes(n)],
      [-2, bytes(e)],
    ],
  };
  return encodeCbor(new Map(fields[algorithm]));
}

type CborValue = number | string | Buffer | readonly CborValue[] | ReadonlyMap<string | number, CborValue>;

/** As much of RFC 8949 as is needed here. */
function encodeCbor(value: CborValue): Buffer {
  if (typeof value === 'number') return value >= 0 ? encodeHead(0, value) : encodeHead(1, -1 - value);
  if (typeof value === 'string')
    return Buffer.concat([encodeHead(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([encodeHead(2, value.length), value]);
  if (value instanceof Map) {
    const entries = [...value].flatMap(([key, item]) => [encodeCbor(key), encodeCbor(item)]);
    return Buffer.concat([encodeHead(5, value.size), ...entries]);
  }
  const items = [...value];
  return Buffer.concat([encodeHead(4, items.length), ...items.map(encodeCbor)]);
}

function encodeHead(major: number, argument: number): Buffer {
  if (argument < 24) return Buffer.from([(major << 5) | argument]);
  if (argument < 256) return Buffer.from([(major << 5) | 24, argument]);
  return Buffer.from([(major << 5) | 25, argument >> 8, argument & 255]);
}
