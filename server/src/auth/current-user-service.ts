/** What the pages of somebody who is signed in need to know about them. */
import { ROLE_RIGHTS } from '@pantau/contract/access';
import type { CurrentUser } from '@pantau/contract/auth';
import type { Clock } from '@pantau/base/clock';
import type { SecondFactorService } from '../second-factors/second-factor-service.ts';
import type { SecurityRules } from '../settings/security-settings.ts';
import { passwordAgeState } from '../users/password-age.ts';
import type { UserService } from '../users/user-service.ts';
import { restrictionOf } from './restriction.ts';

export interface CurrentUserServiceOptions {
  readonly users: Pick<UserService, 'get'>;
  readonly factors: Pick<SecondFactorService, 'summaryOf'>;
  readonly readRules: () => SecurityRules;
  readonly clock: Clock;
}

export class CurrentUserService {
  readonly #options: CurrentUserServiceOptions;

  constructor(options: CurrentUserServiceOptions) {
    this.#options = options;
  }

  /** @throws AppError USER_NOT_FOUND */
  async describe(userId: number): Promise<CurrentUser> {
    const { users, factors, readRules, clock } = this.#options;
    const [user, summary] = await Promise.all([users.get(userId), factors.summaryOf(userId)]);
    const hasSecondFactor = summary.hasTotp || summary.passkeys > 0;
    const rules = readRules();
    return {
      id: user.id,
      username: user.username,
      role: user.role,
      rights: [...ROLE_RIGHTS[user.role]],
      restriction: restrictionOf({ ...user, hasSecondFactor }, rules, clock.now()) ?? null,
      has_totp: summary.hasTotp,
      passkeys: summary.passkeys,
      recovery_codes_left: summary.recoveryCodesLeft,
      password_expires_in_days: passwordAgeState(user, rules, clock.now()).expiresInDays,
    };
  }
}
