/** What is known of an account's second factors. */
import type { SecondFactorMethod } from '@pantau/contract/auth';

export interface SecondFactorSummary {
  readonly hasTotp: boolean;
  readonly passkeys: number;
  readonly recoveryCodesLeft: number;
}

/** How the account may give its second proof; empty when it has no factor. Recovery codes alone are none. */
export function listMethods(summary: SecondFactorSummary): SecondFactorMethod[] {
  const methods: SecondFactorMethod[] = [];
  if (summary.hasTotp) methods.push('totp');
  if (summary.passkeys > 0) methods.push('passkey');
  if (methods.length > 0 && summary.recoveryCodesLeft > 0) methods.push('recovery-code');
  return methods;
}
