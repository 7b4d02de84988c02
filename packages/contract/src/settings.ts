import { Type, type Static } from 'typebox';

/** `GET` and `PUT /api/settings/security` → `Envelope(SecuritySettings)`; what is left out of a change stays. */
export const SecuritySettings = Type.Object({
  /** Administrators must have TOTP or a passkey. */
  require_second_factor: Type.Boolean(),
  /** Days after which a password expires; 0: never. */
  password_expiry_days: Type.Integer({ minimum: 0, maximum: 3650 }),
  /** Days before that from which the owner is warned. */
  password_warning_days: Type.Integer({ minimum: 0, maximum: 90 }),
  /** Other sites that may show our public streams: origins such as `https://example.org`, or `*` for all. */
  embed_origins: Type.Array(Type.String({ maxLength: 200 }), { maxItems: 100 }),
});
export type SecuritySettings = Static<typeof SecuritySettings>;

export const UpdateSecuritySettingsInput = Type.Partial(SecuritySettings, {
  additionalProperties: false,
  minProperties: 1,
});
export type UpdateSecuritySettingsInput = Static<typeof UpdateSecuritySettingsInput>;
