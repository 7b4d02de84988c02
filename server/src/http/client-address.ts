/**
 * Whose request it is, on the thin path where Fastify does not see it. `X-Forwarded-For` is believed only as far as the
 * proxies in front are trusted: read from the right, the first address that is not a trusted proxy is the visitor.
 */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv4 } from 'node:net';
import type { Config } from '../config/config.ts';

const NAMED_RANGES: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};
/** Proxies in front of each other; what a client adds beyond is not looked at. */
const MAX_HOPS = 20;

type Request = Pick<IncomingMessage, 'headers'> & {
  readonly socket: { readonly remoteAddress?: string | undefined };
};

export function createClientAddress(trust: Config['trustProxy']): (request: Request) => string {
  if (trust === false) return socketAddress;
  const isTrusted =
    typeof trust === 'number' ? (_address: string, hop: number) => hop < trust : inRanges(trust);
  return (request) => {
    let address = socketAddress(request);
    const header = request.headers['x-forwarded-for'];
    const forwarded = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').reverse();
    for (let hop = 0; hop < Math.min(forwarded.length, MAX_HOPS) && isTrusted(address, hop); hop++) {
      const next = plain(forwarded[hop]?.trim() ?? '');
      if (isIP(next) === 0) break;
      address = next;
    }
    return address;
  };
}

/** Whether the other end of a connection is a proxy that is trusted. */
export function createProxyTrust(
  trust: Config['trustProxy'],
): (request: { readonly socket: { readonly remoteAddress?: string | undefined } }) => boolean {
  if (trust === false) return () => false;
  if (typeof trust === 'number') return () => trust > 0;
  const isTrusted = inRanges(trust);
  return (request) => isTrusted(plain(request.socket.remoteAddress ?? ''));
}

function socketAddress(request: Request): string {
  return plain(request.socket.remoteAddress ?? '');
}

/** An IPv4 client of an IPv6 socket, ours or a proxy's, appears as `::ffff:192.0.2.1`. */
function plain(address: string): string {
  const mapped = /^::ffff:(.+)$/i.exec(address)?.[1] ?? '';
  return isIPv4(mapped) ? mapped : address;
}

function inRanges(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges.flatMap((each) => NAMED_RANGES[each] ?? [each])) {
    const [network = '', bits] = range.split('/');
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(network, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
