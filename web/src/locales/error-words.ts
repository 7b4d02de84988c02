/** What each refusal of the server says to a person. Codes that never reach these pages have none. */
import { ApiError, UnreachableError } from '../lib/api-client.ts';
import type { AdminMessageId, AdminTextOf } from './admin-texts.ts';

export const ERROR_WORDS = {
  REQUEST_INVALID: 'error.REQUEST_INVALID',
  REQUEST_TIMEOUT: 'error.unreachable',
  NOT_FOUND: 'error.NOT_FOUND',
  METHOD_NOT_ALLOWED: 'error.INTERNAL',
  UNAUTHENTICATED: 'error.UNAUTHENTICATED',
  FORBIDDEN: 'error.FORBIDDEN',
  CONFIRMATION_NEEDED: 'error.CONFIRMATION_NEEDED',
  PASSWORD_CHANGE_REQUIRED: 'error.PASSWORD_CHANGE_REQUIRED',
  SECOND_FACTOR_REQUIRED: 'error.SECOND_FACTOR_REQUIRED',
  LOGIN_FAILED: 'error.LOGIN_FAILED',
  LOGIN_THROTTLED: 'error.LOGIN_THROTTLED',
  LOGIN_EXPIRED: 'error.LOGIN_EXPIRED',
  SECOND_FACTOR_FAILED: 'error.SECOND_FACTOR_FAILED',
  SETUP_TOKEN_INVALID: 'error.SETUP_TOKEN_INVALID',
  SETUP_DONE: 'error.SETUP_DONE',
  PASSWORD_REFUSED: 'error.PASSWORD_REFUSED',
  USER_NOT_FOUND: 'error.USER_NOT_FOUND',
  USER_EXISTS: 'error.USER_EXISTS',
  USER_INVALID: 'error.USER_INVALID',
  LAST_ADMINISTRATOR: 'error.LAST_ADMINISTRATOR',
  OWN_ACCOUNT: 'error.OWN_ACCOUNT',
  SESSION_NOT_FOUND: 'error.SESSION_NOT_FOUND',
  SECOND_FACTOR_MISSING: 'error.SECOND_FACTOR_MISSING',
  TOTP_NOT_STARTED: 'error.TOTP_NOT_STARTED',
  PASSKEY_NOT_FOUND: 'error.PASSKEY_NOT_FOUND',
  PASSKEY_INVALID: 'error.PASSKEY_INVALID',
  PASSKEY_LIMIT: 'error.PASSKEY_LIMIT',
  PASSKEY_UNAVAILABLE: 'error.PASSKEY_UNAVAILABLE',
  API_KEYS_FULL: 'error.API_KEYS_FULL',
  API_KEY_NOT_FOUND: 'error.API_KEY_NOT_FOUND',
  SETTINGS_INVALID: 'error.SETTINGS_INVALID',
  CROSS_SITE_REFUSED: 'error.CROSS_SITE_REFUSED',
  RATE_LIMITED: 'error.RATE_LIMITED',
  AREA_NOT_FOUND: 'error.AREA_NOT_FOUND',
  OVERLOADED: 'error.OVERLOADED',
  STOPPING: 'error.STOPPING',
  DATABASE_UNAVAILABLE: 'error.DATABASE_UNAVAILABLE',
  DATABASE_BUSY: 'error.OVERLOADED',
  DATABASE_CONFLICT: 'error.DATABASE_CONFLICT',
  DATABASE_FULL: 'error.DATABASE_FULL',
  CREDENTIALS_UNREADABLE: 'error.CREDENTIALS_UNREADABLE',
  INTERNAL: 'error.INTERNAL',
} as const satisfies Readonly<Record<string, AdminMessageId>>;

export function errorWords(code: string): AdminMessageId {
  const words: Readonly<Record<string, AdminMessageId | undefined>> = ERROR_WORDS;
  return (Object.hasOwn(words, code) ? words[code] : undefined) ?? 'error.INTERNAL';
}

/** One sentence about what went wrong; with the number that finds it in the server's log where the fault is ours. */
export function errorText(error: unknown, t: AdminTextOf): string {
  if (error instanceof UnreachableError) {
    return t(typeof navigator !== 'undefined' && !navigator.onLine ? 'error.noNetwork' : 'error.unreachable');
  }
  if (!(error instanceof ApiError)) return t('error.INTERNAL');
  const text = t(errorWords(error.code));
  return error.requestId === undefined ? text : `${text} ${t('error.requestId', { id: error.requestId })}`;
}

/** Codes of `errors` at a field, as the server names them. */
const FIELD_WORDS = {
  TOO_SHORT: 'field.TOO_SHORT',
  TOO_LONG: 'field.TOO_LONG',
  UNUSABLE_CHARACTERS: 'field.UNUSABLE_CHARACTERS',
  CONTAINS_USERNAME: 'field.CONTAINS_USERNAME',
  TOO_WEAK: 'field.TOO_WEAK',
  USED_BEFORE: 'field.USED_BEFORE',
  NOT_A_VIEWER: 'field.NOT_A_VIEWER',
} as const satisfies Readonly<Record<string, AdminMessageId>>;

/** @param field the name of the field, for what may not be said alike of all */
export function fieldErrorWords(field: string, code: string): AdminMessageId {
  if (field === 'username') return 'field.username';
  const words: Readonly<Record<string, AdminMessageId | undefined>> = FIELD_WORDS;
  return (Object.hasOwn(words, code) ? words[code] : undefined) ?? 'field.invalid';
}
