/** Whether a password has to be changed because of its age. */
import type { SecurityRules } from '../settings/security-settings.ts';
import type { User } from './user.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface PasswordAge {
  readonly expired: boolean;
  /** Whole days that are left, rounded up, within the warning window; 0 once expired; null while nobody needs to know. */
  readonly expiresInDays: number | null;
}

/** @param nowMs UTC ms. A change that lies in the future, after the clock was stepped back, counts as now. */
export function passwordAgeState(
  user: Pick<User, 'passwordChangedAtMs'>,
  rules: Pick<SecurityRules, 'passwordExpiryDays' | 'passwordWarningDays'>,
  nowMs: number,
): PasswordAge {
  if (rules.passwordExpiryDays <= 0) return { expired: false, expiresInDays: null };
  const ageMs = Math.max(0, nowMs - user.passwordChangedAtMs);
  const leftMs = rules.passwordExpiryDays * DAY_MS - ageMs;
  if (leftMs <= 0) return { expired: true, expiresInDays: 0 };
  const days = Math.ceil(leftMs / DAY_MS);
  return { expired: false, expiresInDays: days <= rules.passwordWarningDays ? days : null };
}
