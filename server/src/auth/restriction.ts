/** What an account has to do before it may do anything else. */
import type { Role } from '@pantau/contract/access';
import type { Restriction } from '@pantau/contract/auth';
import type { SecurityRules } from '../settings/security-settings.ts';
import { passwordAgeState } from '../users/password-age.ts';

/** @param nowMs UTC ms. */
export function restrictionOf(
  account: {
    readonly role: Role;
    readonly mustChangePassword: boolean;
    readonly passwordChangedAtMs: number;
    readonly hasSecondFactor: boolean;
  },
  rules: SecurityRules,
  nowMs: number,
): Restriction | undefined {
  if (account.mustChangePassword || passwordAgeState(account, rules, nowMs).expired) return 'password-change';
  const needsFactor = rules.requireSecondFactor && account.role === 'administrator';
  return needsFactor && !account.hasSecondFactor ? 'second-factor' : undefined;
}
