import { Type, type Static } from 'typebox';
import { Nullable } from './nullable.ts';

/** Every kind of entry in the audit trail, with what it says. Types are stable: operators filter and alert by them. */
export const AUDIT_EVENT_TYPES = {
  AUTH_SUCCESS: 'Somebody signed in.',
  AUTH_FAILURE: 'A sign-in failed.',
  ACCOUNT_LOCKOUT: 'Too many failures: an account name or an address is locked for a while.',
  SECOND_FACTOR_FAILURE: 'A code or passkey was wrong.',
  AUTH_CONFIRMED: 'Somebody proved themselves again for a sensitive change.',
  SETUP_COMPLETED: 'The first administrator was created.',
  SETUP_REFUSED: 'A setup link was wrong, used or expired.',
  SESSION_CREATED: 'A session began.',
  SESSION_INVALIDATED: 'Sessions were ended: sign-out, revocation, or a change of the account.',
  PASSWORD_CHANGED: 'A password was changed by its owner.',
  PASSWORD_RESET: 'A password was set by an administrator or at the console.',
  PASSWORD_VALIDATION_FAILED: 'A new password was refused by the rules.',
  TOTP_ENABLED: 'A code app was added.',
  TOTP_DISABLED: 'A code app was removed.',
  TOTP_STARTED: 'A code app is being added.',
  RECOVERY_CODES_CREATED: 'New recovery codes were made.',
  RECOVERY_CODE_USED: 'A recovery code was used.',
  PASSKEY_ADDED: 'A passkey was added.',
  PASSKEY_RENAMED: 'A passkey was renamed.',
  PASSKEY_REMOVED: 'A passkey was removed.',
  PASSKEY_OPTIONS: 'A passkey ceremony began.',
  USER_CREATED: 'An account was created.',
  USER_UPDATED: 'An account was changed.',
  USER_DELETED: 'An account was deleted.',
  SECOND_FACTORS_RESET: 'An account lost its second factors to an administrator or the console.',
  API_KEY_CREATED: 'An API key was created.',
  API_KEY_REVOKED: 'An API key was revoked.',
  API_KEY_INVALID: 'A request came with a key that is unknown, expired or revoked.',
  RATE_LIMIT_EXCEEDED: 'An address or account asked too often.',
  ORIGIN_VALIDATION_FAILURE: 'A change or connection was asked for by another site.',
  HOTLINK_REFUSED: 'Another site asked for a stream it may not embed.',
  ACCESS_DENIED: 'A signed-in account or key asked for what it has no right to.',
  CAMERA_CREATED: 'A camera was added.',
  CAMERA_UPDATED: 'A camera was changed.',
  CAMERA_DELETED: 'A camera was removed.',
  AREA_CREATED: 'An area was added.',
  AREA_UPDATED: 'An area was changed.',
  AREA_DELETED: 'An area was removed.',
  NETWORK_SEARCHED: 'Somebody looked for cameras in the network.',
  DEVICE_EXAMINED: 'A device was asked what it is and which streams it has.',
  SETTINGS_UPDATED: 'Settings were changed.',
  CACHE_INVALIDATED: 'The response cache was emptied, in part or whole.',
  STREAM_TOKEN_CREATED: 'A ticket for a private stream was made.',
  SECRETS_ROTATED: 'Stored secrets were encrypted anew.',
} as const;
export type AuditEventType = keyof typeof AUDIT_EVENT_TYPES;

export const ActorKind = Type.Union([
  Type.Literal('account'),
  Type.Literal('api-key'),
  Type.Literal('anonymous'),
  Type.Literal('console'),
  Type.Literal('system'),
]);
export type ActorKind = Static<typeof ActorKind>;

/** One entry, `GET /api/admin/audit`. */
export const AuditEntry = Type.Object({
  id: Type.Integer({ minimum: 1 }),
  at: Type.String({ format: 'date-time' }),
  type: Type.String(),
  actor: Type.Object({ kind: ActorKind, id: Nullable(Type.Integer()), name: Nullable(Type.String()) }),
  ip: Nullable(Type.String()),
  user_agent: Nullable(Type.String()),
  /** Method and route, such as `PUT /api/cameras/:id`. */
  endpoint: Nullable(Type.String()),
  target: Nullable(
    Type.Object({ kind: Type.String(), id: Nullable(Type.String()), name: Nullable(Type.String()) }),
  ),
  /** Facts of the event; `changes: {field: [old, new]}` where something changed. */
  details: Type.Record(Type.String(), Type.Unknown()),
});
export type AuditEntry = Static<typeof AuditEntry>;

/** Filters of `GET /api/admin/audit`, all optional and combined by "and". */
export const AuditQuery = Type.Object(
  {
    /** One type, or several with commas. */
    type: Type.Optional(Type.String({ maxLength: 400 })),
    /** Account or key name, exact, without regard to case. */
    actor: Type.Optional(Type.String({ maxLength: 100 })),
    ip: Type.Optional(Type.String({ maxLength: 64 })),
    target_kind: Type.Optional(Type.String({ maxLength: 40 })),
    target_id: Type.Optional(Type.String({ maxLength: 40 })),
    /** UTC, ISO 8601. */
    from: Type.Optional(Type.String({ format: 'date-time' })),
    to: Type.Optional(Type.String({ format: 'date-time' })),
    /** Words looked for in names, addresses and details. */
    q: Type.Optional(Type.String({ maxLength: 100 })),
    /** Entries older than this id: the next page. */
    before: Type.Optional(Type.Integer({ minimum: 1 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  },
  { additionalProperties: false },
);
export type AuditQuery = Static<typeof AuditQuery>;

/** `GET /api/admin/audit` → `Envelope(AuditPage)`, newest first. */
export const AuditPage = Type.Object({
  entries: Type.Array(AuditEntry),
  /** For `before` of the next page; null at the end. */
  next_before: Nullable(Type.Integer()),
});
export type AuditPage = Static<typeof AuditPage>;

/** `GET /api/admin/audit/summary` → the last seven days. */
export const AuditSummary = Type.Object({
  since: Type.String({ format: 'date-time' }),
  by_type: Type.Array(Type.Object({ type: Type.String(), count: Type.Integer() })),
  /** Addresses with most failed sign-ins. */
  failing_addresses: Type.Array(Type.Object({ ip: Type.String(), count: Type.Integer() })),
});
export type AuditSummary = Static<typeof AuditSummary>;

/** `GET /api/admin/audit/types` → `Envelope(AuditTypes)`: every type this version knows. */
export const AuditTypes = Type.Array(Type.Object({ type: Type.String(), description: Type.String() }));
export type AuditTypes = Static<typeof AuditTypes>;
