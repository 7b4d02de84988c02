import { Type, type Static } from 'typebox';
import { Role } from './access.ts';
import { Nullable } from './nullable.ts';

/** What an account must do before it may do anything else. */
export const Restriction = Type.Union([
  /** Expired, or given by somebody else: `PUT /api/users/profile/password`. */
  Type.Literal('password-change'),
  /** The site asks administrators for a second factor: enrol TOTP or a passkey. */
  Type.Literal('second-factor'),
]);
export type Restriction = Static<typeof Restriction>;

/** Who is signed in, as their own pages see it. */
export const CurrentUser = Type.Object({
  id: Type.Integer({ minimum: 1 }),
  username: Type.String(),
  role: Role,
  /** Rights of the role, so that a page shows only what works. */
  rights: Type.Array(Type.String()),
  restriction: Nullable(Restriction),
  has_totp: Type.Boolean(),
  passkeys: Type.Integer({ minimum: 0 }),
  recovery_codes_left: Type.Integer({ minimum: 0 }),
  /** Whole days until the password expires; null while it does not, or not within the warning window. */
  password_expires_in_days: Nullable(Type.Integer()),
});
export type CurrentUser = Static<typeof CurrentUser>;

/** `GET /api/auth/setup`: public. */
export const SetupState = Type.Object({
  /** No account exists yet: the one-time link of the console creates the first administrator. */
  needed: Type.Boolean(),
});
export type SetupState = Static<typeof SetupState>;

/** `POST /api/auth/setup` → `Envelope(CurrentUser)`, signed in. */
export const SetupInput = Type.Object(
  {
    token: Type.String({ minLength: 1, maxLength: 200 }),
    username: Type.String({ minLength: 1, maxLength: 100 }),
    password: Type.String({ minLength: 1, maxLength: 200 }),
  },
  { additionalProperties: false },
);
export type SetupInput = Static<typeof SetupInput>;

/** `POST /api/auth/login` → `Envelope(LoginResult)`. */
export const LoginInput = Type.Object(
  {
    username: Type.String({ minLength: 1, maxLength: 100 }),
    password: Type.String({ minLength: 1, maxLength: 200 }),
    /** Stay signed in on this device for 30 days. */
    remember: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type LoginInput = Static<typeof LoginInput>;

export const SecondFactorMethod = Type.Union([
  Type.Literal('totp'),
  Type.Literal('passkey'),
  Type.Literal('recovery-code'),
]);
export type SecondFactorMethod = Static<typeof SecondFactorMethod>;

/** Signed in, or one more proof is wanted; the pending login is in an HttpOnly cookie for five minutes. */
export const LoginResult = Type.Union([
  Type.Object({ status: Type.Literal('signed-in'), user: CurrentUser }),
  Type.Object({ status: Type.Literal('second-factor'), methods: Type.Array(SecondFactorMethod) }),
]);
export type LoginResult = Static<typeof LoginResult>;

/** `POST /api/auth/login/totp` and `POST /api/auth/login/recovery-code` → `Envelope(CurrentUser)`. */
export const CodeInput = Type.Object(
  { code: Type.String({ minLength: 1, maxLength: 64 }) },
  { additionalProperties: false },
);
export type CodeInput = Static<typeof CodeInput>;

/**
 * `POST /api/auth/passkey/options` → `Envelope(PasskeyOptions)`: `PublicKeyCredentialRequestOptionsJSON` of WebAuthn. With a pending login the
 * account's passkeys are named; without one any discoverable passkey will do.
 */
export const PasskeyOptions = Type.Object({ options: Type.Unknown() });
export type PasskeyOptions = Static<typeof PasskeyOptions>;

/** `POST /api/auth/passkey` → `Envelope(CurrentUser)`; `response` is `AuthenticationResponseJSON` of WebAuthn. */
export const PasskeyLoginInput = Type.Object(
  { response: Type.Unknown(), remember: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
);
export type PasskeyLoginInput = Static<typeof PasskeyLoginInput>;

/** `POST /api/auth/confirm`: the password again (or a passkey by `/api/auth/confirm/passkey`) → `Envelope(Type.Null())`. */
export const ConfirmInput = Type.Object(
  { password: Type.String({ minLength: 1, maxLength: 200 }) },
  { additionalProperties: false },
);
export type ConfirmInput = Static<typeof ConfirmInput>;
