/**
 * Where a redirect may lead. A camera, or whoever answers in its place, must not use the server to reach services that
 * listen for the machine itself: loopback, link-local (cloud metadata lives there) and unspecified addresses are
 * refused, after name resolution. Loopback alone is allowed when the operator's own URL was loopback already.
 */
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { MediaError } from '../media-error.ts';

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

/** Addresses that are not connected to: `inward` are loopback, link-local and unspecified ones. */
export type RefusedAddresses = 'none' | 'inward' | 'inward-except-loopback';

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
 * A resolver for `net.connect` that fails with MediaError SOURCE_REFUSED when a name leads to a refused address. Checking
 * here and not beforehand leaves no gap between the check and the connection.
 */
export function guardedLookup(refused: RefusedAddresses): LookupFunction {
  return (hostname, options, callback) => {
    systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      if (addresses.some((entry: LookupAddress) => isRefusedAddress(refused, entry.address))) {
        callback(refusedInward(), '', 0);
        return;
      }
      const first = addresses[0];
      if (options.all === true) callback(null, addresses);
      else callback(null, first?.address ?? '', first?.family ?? 0);
    });
  };
}

export function refusedInward(): MediaError {
  return new MediaError(
    'SOURCE_REFUSED',
    'The camera redirects to an address inside this server, which is not allowed',
  );
}
