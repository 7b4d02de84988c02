/**
 * Keys for programs. One looks like `pantau_<8 of base32>_<43 of base64url>`: the word finds it where it leaked, the middle
 * tells keys apart in a list, the end holds 256 random bits.
 */
import { createHash, randomBytes } from 'node:crypto';
import { KEY_SCOPES, type KeyScope } from '@pantau/contract/access';
import { AppError } from '@pantau/base/errors';
import { Secret } from '@pantau/base/secret';
import { checkText } from '../fields.ts';

/** More is no use of a person who still knows what each is for. */
export const MAX_API_KEYS = 100;

export interface ApiKey {
  readonly id: number;
  readonly name: string;
  /** The first two pieces. */
  readonly prefix: string;
  readonly scopes: readonly KeyScope[];
  /** Name of the account that made it. */
  readonly createdBy: string | null;
  /** UTC ms. */
  readonly createdAtMs: number;
  /** UTC ms; null: never. */
  readonly expiresAtMs: number | null;
  readonly lastUsedAtMs: number | null;
  readonly lastUsedIp: string | null;
}

const PATTERN = /^pantau_[a-z2-7]{8}_[A-Za-z0-9_-]{43}$/;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_LENGTH = 8;
const SECRET_BYTES = 32;

export function createApiKeyText(): { readonly prefix: string; readonly text: Secret } {
  // 32 letters: the low five bits of a byte choose one without bias.
  const id = Array.from(randomBytes(ID_LENGTH), (byte) => BASE32.charAt(byte % BASE32.length)).join('');
  const prefix = `pantau_${id}`;
  return { prefix, text: new Secret(`${prefix}_${randomBytes(SECRET_BYTES).toString('base64url')}`) };
}

export function isApiKeyText(text: string): boolean {
  return PATTERN.test(text);
}

/** SHA-256, hex. A slow hash is for what people choose; nobody guesses 256 random bits. */
export function hashApiKey(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** @throws AppError REQUEST_INVALID */
export function checkApiKeyName(name: string): string {
  const fail = (message: string) =>
    new AppError('invalid', 'REQUEST_INVALID', message, {
      details: { errors: [{ field: 'name', code: 'NAME_INVALID', message }] },
    });
  const checked = checkText('name', name, 100, fail);
  if (checked === null) throw fail('name must not be empty');
  return checked;
}

/** Scopes out of a stored JSON array; what this version does not know gives no right. */
export function parseScopes(json: string): readonly KeyScope[] {
  let stored: unknown;
  try {
    stored = JSON.parse(json);
  } catch {
    return [];
  }
  return Array.isArray(stored) ? KEY_SCOPES.filter((scope) => stored.includes(scope)) : [];
}
