/**
 * Which addresses are connected to, judged after name resolution and at the connection itself, so that a name which resolves
 * differently a moment later gains nothing.
 *
 * Two rules: the owner of the engine says where cameras may be at all (`isAddressAllowed`), and a redirect must not lead
 * inward. A camera, or whoever answers in its place, must not use the server to reach services that listen for the machine
 * itself: loopback, link-local (cloud metadata lives there) and unspecified addresses are refused. Loopback alone is allowed
 * when the operator's own URL was loopback already.
 */
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { MediaError } from '../media-error.ts';
import type { IsAddressAllowed } from '../source.ts';

const INWARD = new BlockList();
INWARD.addSubnet('0.0.0.0', 8, 'ipv4');
INWARD.addSubnet('127.0.0.0', 8, 'ipv4');
INWARD.addSubnet('169.254.0.0', 16, 'ipv4');
INWARD.addSubnet('::', 128, 'ipv6');
INWARD.addSubnet('::1', 128, 'ipv6');
INWARD.addSubnet('fe80::', 10, 'ipv6');

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addSubnet('::1', 128, 'ipv6');

/** Addresses that a redirect may not lead to: `inward` are loopback, link-local and unspecified ones. */
export type RefusedAddresses = 'none' | 'inward' | 'inward-except-loopback';

/** What is asked before a connection is made. */
export interface AddressRules {
  /** For targets that a camera named. */
  readonly refused: RefusedAddresses;
  /** Default: every address. */
  readonly isAddressAllowed?: IsAddressAllowed | undefined;
}

/** Whether an address (not a name) is one of the refused; IPv4-mapped IPv6 counts as IPv4. */
export function isRefusedAddress(refused: RefusedAddresses, address: string): boolean {
  if (refused === 'none' || !isIn(INWARD, address)) return false;
  return refused === 'inward' || !isIn(LOOPBACK, address);
}

/** Whether an address (not a name) is this machine's loopback. */
export function isLoopbackAddress(address: string): boolean {
  return isIn(LOOPBACK, address);
}

function isIn(list: BlockList, address: string): boolean {
  const plain = address.split('%')[0] ?? '';
  const family = isIP(plain);
  if (family === 0) return false;
  // BlockList looks through IPv4-mapped addresses (::ffff:0:0/96) by itself
  return list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * A resolver for `net.connect` that hands out only addresses which may be connected to. It fails with MediaError
 * SOURCE_REFUSED when any leads inward after a redirect, with SOURCE_ADDRESS_REFUSED when none is allowed.
 * @param lookup how names are resolved; default the system's way.
 */
export function guardedLookup(
  rules: AddressRules,
  port: number,
  lookup: LookupFunction = systemLookup,
): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found, family) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const addresses: readonly LookupAddress[] =
        typeof found === 'string' ? [{ address: found, family: family ?? isIP(found) }] : found;
      if (addresses.some((entry) => isRefusedAddress(rules.refused, entry.address))) {
        callback(refusedInward(), '', 0);
        return;
      }
      const allowed = addresses.filter((entry) => rules.isAddressAllowed?.(entry.address, port) ?? true);
      const [first] = allowed;
      if (first === undefined && addresses.length > 0) callback(refusedAddress(), '', 0);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first?.address ?? '', first?.family ?? 0);
    });
  };
}

/** The same rules for a host that is an address already, which no lookup is asked about. @throws MediaError as `guardedLookup`. */
export function checkLiteral(rules: AddressRules, host: string, port: number): void {
  if (isRefusedAddress(rules.refused, host)) throw refusedInward();
  if (isIP(host) !== 0 && rules.isAddressAllowed?.(host, port) === false) throw refusedAddress();
}

function refusedInward(): MediaError {
  return new MediaError(
    'SOURCE_REFUSED',
    'The camera redirects to an address inside this server, which is not allowed',
  );
}

function refusedAddress(): MediaError {
  return new MediaError(
    'SOURCE_ADDRESS_REFUSED',
    'The address leads to this server itself or to a place where no camera may be',
  );
}
