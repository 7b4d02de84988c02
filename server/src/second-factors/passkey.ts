/** A passkey (a WebAuthn credential) of an account, and the site it is for. */
import { isIP } from 'node:net';
import { AppError } from '@pantau/base/errors';
import { checkText } from '../fields.ts';

/** Most passkeys of one account. */
export const MAX_PASSKEYS = 20;

export interface Passkey {
  readonly id: number;
  readonly userId: number;
  /** base64url. */
  readonly credentialId: string;
  /** COSE key, base64url. */
  readonly publicKey: string;
  /** Signatures so far, as the authenticator counts them; 0 for those that do not count. */
  readonly counter: number;
  readonly transports: readonly string[];
  readonly name: string;
  /** Copied between devices by its maker's cloud. */
  readonly synced: boolean;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number | null;
}

/** What a registration brings; the rest of a passkey is ours. */
export type NewPasskey = Omit<Passkey, 'id' | 'createdAtMs' | 'lastUsedAtMs'>;

/** The site as WebAuthn knows it. */
export interface RelyingParty {
  /** Host name. */
  readonly id: string;
  /** Where the page must have run, such as `https://cctv.example.org`. */
  readonly origin: string;
  /** What the authenticator shows. */
  readonly name: string;
}

/**
 * The site behind the address that a request was made to.
 * @param origin scheme, host and port.
 * @returns undefined where browsers offer no passkeys: plain http, except on this machine, and addresses that are no names.
 */
export function findRelyingParty(origin: string, name: string): RelyingParty | undefined {
  const url = URL.parse(origin);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
  if (url.href !== `${url.origin}/`) return undefined;
  const host = url.hostname;
  if (host.startsWith('[') || isIP(host) !== 0) return undefined;
  const isLocal = host === 'localhost' || host.endsWith('.localhost');
  if (url.protocol === 'http:' && !isLocal) return undefined;
  return { id: host, origin: url.origin, name };
}

/** @throws AppError PASSKEY_UNAVAILABLE instead of undefined. */
export function requireRelyingParty(relyingParty: RelyingParty | undefined): RelyingParty {
  if (relyingParty !== undefined) return relyingParty;
  throw new AppError(
    'precondition',
    'PASSKEY_UNAVAILABLE',
    'Passkeys need https and a host name, or localhost.',
  );
}

/** @throws AppError PASSKEY_INVALID */
export function checkPasskeyName(text: string): string {
  const name = checkText('name', text, 100, passkeyInvalid);
  if (name === null) throw passkeyInvalid('name must not be empty');
  return name;
}

export function passkeyInvalid(message: string, cause?: unknown): AppError {
  return new AppError('invalid', 'PASSKEY_INVALID', message, cause === undefined ? {} : { cause });
}

export function passkeyNotFound(): AppError {
  return new AppError('not-found', 'PASSKEY_NOT_FOUND', 'There is no such passkey.');
}

export function passkeyLimit(): AppError {
  return new AppError('conflict', 'PASSKEY_LIMIT', `An account has at most ${MAX_PASSKEYS} passkeys.`);
}
