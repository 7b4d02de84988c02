/** Every kind of entry of the audit trail in words, and the groups it is filtered by. The types keep both complete. */
import type { AuditEventType } from '@pantau/contract/audit';
import type { AdminMessageId } from '../../locales/admin-texts.ts';

export const EVENT_WORDS = {
  AUTH_SUCCESS: 'audit.type.AUTH_SUCCESS',
  AUTH_FAILURE: 'audit.type.AUTH_FAILURE',
  ACCOUNT_LOCKOUT: 'audit.type.ACCOUNT_LOCKOUT',
  SECOND_FACTOR_FAILURE: 'audit.type.SECOND_FACTOR_FAILURE',
  AUTH_CONFIRMED: 'audit.type.AUTH_CONFIRMED',
  SESSION_CREATED: 'audit.type.SESSION_CREATED',
  SESSION_INVALIDATED: 'audit.type.SESSION_INVALIDATED',
  SETUP_COMPLETED: 'audit.type.SETUP_COMPLETED',
  SETUP_REFUSED: 'audit.type.SETUP_REFUSED',
  PASSWORD_CHANGED: 'audit.type.PASSWORD_CHANGED',
  PASSWORD_RESET: 'audit.type.PASSWORD_RESET',
  PASSWORD_VALIDATION_FAILED: 'audit.type.PASSWORD_VALIDATION_FAILED',
  TOTP_STARTED: 'audit.type.TOTP_STARTED',
  TOTP_ENABLED: 'audit.type.TOTP_ENABLED',
  TOTP_DISABLED: 'audit.type.TOTP_DISABLED',
  RECOVERY_CODES_CREATED: 'audit.type.RECOVERY_CODES_CREATED',
  RECOVERY_CODE_USED: 'audit.type.RECOVERY_CODE_USED',
  PASSKEY_OPTIONS: 'audit.type.PASSKEY_OPTIONS',
  PASSKEY_ADDED: 'audit.type.PASSKEY_ADDED',
  PASSKEY_RENAMED: 'audit.type.PASSKEY_RENAMED',
  PASSKEY_REMOVED: 'audit.type.PASSKEY_REMOVED',
  SECOND_FACTORS_RESET: 'audit.type.SECOND_FACTORS_RESET',
  USER_CREATED: 'audit.type.USER_CREATED',
  USER_UPDATED: 'audit.type.USER_UPDATED',
  USER_DELETED: 'audit.type.USER_DELETED',
  API_KEY_CREATED: 'audit.type.API_KEY_CREATED',
  API_KEY_REVOKED: 'audit.type.API_KEY_REVOKED',
  API_KEY_INVALID: 'audit.type.API_KEY_INVALID',
  ACCESS_DENIED: 'audit.type.ACCESS_DENIED',
  RATE_LIMIT_EXCEEDED: 'audit.type.RATE_LIMIT_EXCEEDED',
  ORIGIN_VALIDATION_FAILURE: 'audit.type.ORIGIN_VALIDATION_FAILURE',
  HOTLINK_REFUSED: 'audit.type.HOTLINK_REFUSED',
  CAMERA_CREATED: 'audit.type.CAMERA_CREATED',
  CAMERA_UPDATED: 'audit.type.CAMERA_UPDATED',
  CAMERA_DELETED: 'audit.type.CAMERA_DELETED',
  AREA_CREATED: 'audit.type.AREA_CREATED',
  AREA_UPDATED: 'audit.type.AREA_UPDATED',
  AREA_DELETED: 'audit.type.AREA_DELETED',
  STREAM_TOKEN_CREATED: 'audit.type.STREAM_TOKEN_CREATED',
  NETWORK_SEARCHED: 'audit.type.NETWORK_SEARCHED',
  DEVICE_EXAMINED: 'audit.type.DEVICE_EXAMINED',
  SETTINGS_UPDATED: 'audit.type.SETTINGS_UPDATED',
  CACHE_INVALIDATED: 'audit.type.CACHE_INVALIDATED',
  SECRETS_ROTATED: 'audit.type.SECRETS_ROTATED',
} as const satisfies Record<AuditEventType, AdminMessageId>;

/** Filters of several kinds at once; the keys are in addresses. */
export const EVENT_GROUPS = {
  masuk: [
    'AUTH_SUCCESS',
    'AUTH_FAILURE',
    'ACCOUNT_LOCKOUT',
    'SECOND_FACTOR_FAILURE',
    'AUTH_CONFIRMED',
    'SESSION_CREATED',
    'SESSION_INVALIDATED',
    'SETUP_COMPLETED',
    'SETUP_REFUSED',
  ],
  sandi: [
    'PASSWORD_CHANGED',
    'PASSWORD_RESET',
    'PASSWORD_VALIDATION_FAILED',
    'TOTP_STARTED',
    'TOTP_ENABLED',
    'TOTP_DISABLED',
    'RECOVERY_CODES_CREATED',
    'RECOVERY_CODE_USED',
    'PASSKEY_OPTIONS',
    'PASSKEY_ADDED',
    'PASSKEY_RENAMED',
    'PASSKEY_REMOVED',
    'SECOND_FACTORS_RESET',
  ],
  akun: ['USER_CREATED', 'USER_UPDATED', 'USER_DELETED'],
  kunci: ['API_KEY_CREATED', 'API_KEY_REVOKED', 'API_KEY_INVALID'],
  penolakan: ['ACCESS_DENIED', 'RATE_LIMIT_EXCEEDED', 'ORIGIN_VALIDATION_FAILURE', 'HOTLINK_REFUSED'],
  kamera: [
    'CAMERA_CREATED',
    'CAMERA_UPDATED',
    'CAMERA_DELETED',
    'AREA_CREATED',
    'AREA_UPDATED',
    'AREA_DELETED',
    'STREAM_TOKEN_CREATED',
    'NETWORK_SEARCHED',
    'DEVICE_EXAMINED',
  ],
  situs: ['SETTINGS_UPDATED', 'CACHE_INVALIDATED', 'SECRETS_ROTATED'],
} as const satisfies Readonly<Record<string, readonly AuditEventType[]>>;
export type EventGroup = keyof typeof EVENT_GROUPS;

export const GROUP_WORDS = {
  masuk: 'audit.group.masuk',
  sandi: 'audit.group.sandi',
  akun: 'audit.group.akun',
  kunci: 'audit.group.kunci',
  penolakan: 'audit.group.penolakan',
  kamera: 'audit.group.kamera',
  situs: 'audit.group.situs',
} as const satisfies Record<EventGroup, AdminMessageId>;

/** What was refused or failed: shown with a shape of its own. */
const REFUSALS: ReadonlySet<string> = new Set<AuditEventType>([
  'AUTH_FAILURE',
  'ACCOUNT_LOCKOUT',
  'SECOND_FACTOR_FAILURE',
  'SETUP_REFUSED',
  'PASSWORD_VALIDATION_FAILED',
  'API_KEY_INVALID',
  'ACCESS_DENIED',
  'RATE_LIMIT_EXCEEDED',
  'ORIGIN_VALIDATION_FAILURE',
  'HOTLINK_REFUSED',
]);

export function isRefusal(type: string): boolean {
  return REFUSALS.has(type);
}

/** Words of a type, also of one that a newer server knows and this page does not. */
export function eventWords(type: string): AdminMessageId | undefined {
  return isEventType(type) ? EVENT_WORDS[type] : undefined;
}

export function isEventType(type: string): type is AuditEventType {
  return Object.hasOwn(EVENT_WORDS, type);
}

export function isEventGroup(group: string): group is EventGroup {
  return Object.hasOwn(EVENT_GROUPS, group);
}
