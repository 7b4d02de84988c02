/** Rules of access that administrators change while the server runs. */
export interface SecurityRules {
  /** Administrators must have TOTP or a passkey. */
  readonly requireSecondFactor: boolean;
  /** 0: passwords never expire. */
  readonly passwordExpiryDays: number;
  readonly passwordWarningDays: number;
  /** Origins that may embed public streams, or `*`. */
  readonly embedOrigins: readonly string[];
}

export const DEFAULT_SECURITY_RULES: SecurityRules = {
  requireSecondFactor: false,
  passwordExpiryDays: 0,
  passwordWarningDays: 14,
  embedOrigins: [],
};
