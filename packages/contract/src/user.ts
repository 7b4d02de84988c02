import { Type, type Static } from 'typebox';
import { Role } from './access.ts';
import { Nullable } from './nullable.ts';

const Time = Type.String({ format: 'date-time' });

/** An account as administrators see it. */
export const User = Type.Object({
  id: Type.Integer({ minimum: 1 }),
  username: Type.String(),
  role: Role,
  enabled: Type.Boolean(),
  /** Areas whose private cameras a viewer may watch; empty for other roles. */
  area_ids: Type.Array(Type.Integer()),
  has_totp: Type.Boolean(),
  passkeys: Type.Integer({ minimum: 0 }),
  must_change_password: Type.Boolean(),
  created_at: Time,
  password_changed_at: Time,
  last_login_at: Nullable(Time),
  last_login_ip: Nullable(Type.String()),
  /** Sign-in sessions that are alive. */
  sessions: Type.Integer({ minimum: 0 }),
});
export type User = Static<typeof User>;

const Username = Type.String({ minLength: 1, maxLength: 100 });
/** What does not fit the column cannot exist. */
const AreaIds = Type.Array(Type.Integer({ minimum: 1, maximum: 2_147_483_647 }), { maxItems: 1000 });
const Password = Type.String({ minLength: 1, maxLength: 200 });

/** `POST /api/users` → 201 `Envelope(User)`. The person must change the password at the first sign-in. */
export const CreateUserInput = Type.Object(
  {
    username: Username,
    password: Password,
    role: Role,
    area_ids: Type.Optional(AreaIds),
  },
  { additionalProperties: false },
);
export type CreateUserInput = Static<typeof CreateUserInput>;

/** `PUT /api/users/:id` → `Envelope(User)`; what is left out stays. */
export const UpdateUserInput = Type.Object(
  {
    username: Type.Optional(Username),
    role: Type.Optional(Role),
    enabled: Type.Optional(Type.Boolean()),
    area_ids: Type.Optional(AreaIds),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type UpdateUserInput = Static<typeof UpdateUserInput>;

/** `PUT /api/users/:id/password`: a new one, which the person must change at the next sign-in. */
export const ResetPasswordInput = Type.Object({ password: Password }, { additionalProperties: false });
export type ResetPasswordInput = Static<typeof ResetPasswordInput>;

/** `PUT /api/users/profile`: one's own name. */
export const UpdateProfileInput = Type.Object({ username: Username }, { additionalProperties: false });
export type UpdateProfileInput = Static<typeof UpdateProfileInput>;

/** `PUT /api/users/profile/password`: ends all other sessions of the account. */
export const ChangePasswordInput = Type.Object(
  { current_password: Password, new_password: Password },
  { additionalProperties: false },
);
export type ChangePasswordInput = Static<typeof ChangePasswordInput>;

/** `GET /api/users/password-requirements`: public; the words are the client's. */
export const PasswordRequirements = Type.Object({
  min_length: Type.Integer(),
  max_length: Type.Integer(),
  /** zxcvbn score that a password must reach, 0..4. */
  min_score: Type.Integer(),
  /** Earlier passwords that may not come again. */
  history: Type.Integer(),
  /** Words that make a password weaker here: product and common names. The user name comes on top. */
  penalty_words: Type.Array(Type.String()),
});
export type PasswordRequirements = Static<typeof PasswordRequirements>;

/** A sign-in session, `GET /api/users/profile/sessions` and `GET /api/users/:id/sessions`. */
export const UserSession = Type.Object({
  id: Type.String(),
  /** The one that asks. */
  current: Type.Boolean(),
  remembered: Type.Boolean(),
  ip: Nullable(Type.String()),
  user_agent: Nullable(Type.String()),
  created_at: Time,
  last_used_at: Time,
  expires_at: Time,
});
export type UserSession = Static<typeof UserSession>;
export const UserSessions = Type.Array(UserSession);

/** `POST /api/users/profile/totp` → `Envelope(TotpEnrolment)`; nothing changes before it is confirmed with a code. */
export const TotpEnrolment = Type.Object({
  /** Base32, for typing in. */
  secret: Type.String(),
  /** `otpauth://totp/…`, for a QR code. */
  uri: Type.String(),
});
export type TotpEnrolment = Static<typeof TotpEnrolment>;

/** `POST /api/users/profile/totp/confirm` {code} and `POST /api/users/profile/recovery-codes`: shown once. */
export const RecoveryCodes = Type.Object({ recovery_codes: Type.Array(Type.String()) });
export type RecoveryCodes = Static<typeof RecoveryCodes>;

export const Passkey = Type.Object({
  id: Type.Integer({ minimum: 1 }),
  name: Type.String(),
  /** Copied between devices by its maker's cloud. */
  synced: Type.Boolean(),
  created_at: Time,
  last_used_at: Nullable(Time),
});
export type Passkey = Static<typeof Passkey>;
export const Passkeys = Type.Array(Passkey);

/** `POST /api/users/profile/passkeys` → 201 `Envelope(AddedPasskey)`; `response` is `RegistrationResponseJSON` of WebAuthn. */
export const AddPasskeyInput = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 100 }), response: Type.Unknown() },
  { additionalProperties: false },
);
export type AddPasskeyInput = Static<typeof AddPasskeyInput>;

export const AddedPasskey = Type.Object({
  passkey: Passkey,
  /** Shown once; null unless the passkey is the account's first second factor. */
  recovery_codes: Nullable(Type.Array(Type.String())),
});
export type AddedPasskey = Static<typeof AddedPasskey>;

/** `PUT /api/users/profile/passkeys/:id` */
export const RenamePasskeyInput = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 100 }) },
  { additionalProperties: false },
);
export type RenamePasskeyInput = Static<typeof RenamePasskeyInput>;

/** `DELETE /api/users/profile/sessions` (all but the one that asks) and `DELETE /api/users/:id/sessions`. */
export const EndedSessions = Type.Object({ ended: Type.Integer({ minimum: 0 }) });
export type EndedSessions = Static<typeof EndedSessions>;
