/** Who may be asked, and who is told the password: the operator named one host, everything else is named by whoever answers there. */
import type { AddressRules } from '../rtsp/address-guard.ts';
import type { IsAddressAllowed } from '../source.ts';

/**
 * The operator's own host and port, as the operator wrote them, may be anywhere that is allowed; what others name is never inward.
 * @param isLoopback whether the operator's URL leads to this machine.
 */
export function addressRulesFor(
  url: URL,
  origin: URL,
  isLoopback: boolean,
  isAddressAllowed: IsAddressAllowed | undefined,
): AddressRules {
  if (url.host === origin.host && url.protocol === origin.protocol)
    return { refused: 'none', isAddressAllowed };
  return { refused: isLoopback ? 'inward-except-loopback' : 'inward', isAddressAllowed };
}

/** Credentials go to the operator's host, and never from https to http. */
export function mayHaveCredentials(url: URL, origin: URL): boolean {
  const isDowngrade = origin.protocol === 'https:' && url.protocol !== 'https:';
  return url.hostname === origin.hostname && !isDowngrade;
}
