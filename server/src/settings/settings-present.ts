/** What who manages settings sees of them. */
import type { SecuritySettings } from '@pantau/contract/settings';
import type { SecurityRules } from './security-settings.ts';

export function presentSecuritySettings(rules: SecurityRules): SecuritySettings {
  return {
    require_second_factor: rules.requireSecondFactor,
    password_expiry_days: rules.passwordExpiryDays,
    password_warning_days: rules.passwordWarningDays,
    embed_origins: [...rules.embedOrigins],
  };
}
