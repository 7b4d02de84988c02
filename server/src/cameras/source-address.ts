/**
 * Where cameras may be. Whoever may add a camera, or owns the DNS of one, must not use this server to reach what only the
 * server can reach: services on its loopback, cloud metadata on link-local addresses, its own port. Private networks are
 * allowed: that is where cameras live. The engine asks right before each connection, with the address that is dialled.
 */
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { AppError } from '@pantau/base/errors';
import { embeddedAddresses, plainAddress } from './ip-address.ts';
import { hostAndPort } from './source-url.ts';

/** Words of the setting `PANTAU_CAMERA_ADDRESSES`, with the ranges they stand for. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
};

const REFUSED = createList([
  '0.0.0.0/8', // this host on this network (RFC 1122)
  '127.0.0.0/8',
  '169.254.0.0/16', // link-local; cloud metadata is at 169.254.169.254
  '224.0.0.0/4', // multicast
  '255.255.255.255',
  '::',
  '::1',
  'fe80::/10',
  'ff00::/8',
  // Metadata services that are not link-local: Alibaba, Azure, AWS over IPv6.
  '100.100.100.200',
  '168.63.129.16',
  'fd00:ec2::254',
]);

/** Whoever dials these reaches this machine. */
const THIS_MACHINE = createList(['0.0.0.0/8', '127.0.0.0/8', '::', '::1']);

export type IsAddressAllowed = (address: string, port: number) => boolean;

export interface SourceAddressOptions {
  /** What is allowed in addition: addresses, CIDR ranges, or the words of the setting. */
  readonly allowed: readonly string[];
  /** The port that this server listens on, once it does. */
  readonly ownPort: () => number | undefined;
  /** Default: those of the network interfaces. */
  readonly ownAddresses?: () => readonly string[];
}

/** The rule of this server, for the engine. Whatever is no address is not allowed. */
export function createAddressRule(options: SourceAddressOptions): IsAddressAllowed {
  const allowed = createList(options.allowed.flatMap((entry) => WORDS[entry] ?? [entry]));
  const listOwn = options.ownAddresses ?? listInterfaceAddresses;
  return (address, port) => {
    const plain = plainAddress(address);
    if (plain === undefined) return false;
    const reached = embeddedAddresses(plain);
    if (port === options.ownPort()) {
      const own = new Set(listOwn().map((each) => plainAddress(each)));
      if (reached.some((each) => own.has(each) || contains(THIS_MACHINE, each))) return false;
    }
    return contains(allowed, plain) || !reached.some((each) => contains(REFUSED, each));
  };
}

/**
 * Early and in words, for a camera's URL whose host is an address: names are judged when they are resolved.
 * @param url as `parseSourceUrl` gives it.
 * @throws AppError CAMERA_INVALID
 */
export function refuseAddressLiteral(isAllowed: IsAddressAllowed, url: string): void {
  if (isLiteralAllowed(isAllowed, url)) return;
  throw new AppError(
    'invalid',
    'CAMERA_INVALID',
    'The address is this server itself, or one where no camera may be. PANTAU_CAMERA_ADDRESSES in the settings allows more.',
  );
}

/** False for a URL whose host is an address where no camera may be; a name, but for that of this very machine, is judged later. */
export function isLiteralAllowed(isAllowed: IsAddressAllowed, url: string): boolean {
  // The URL parser of browsers knows all spellings of an IPv4 address: 127.1, 0x7f000001, 2130706433.
  const parsed = URL.parse(url.replace(/^[a-z]+:/i, 'http:'));
  const host = parsed?.hostname.replace(/^\[|\]$/g, '') ?? '';
  const address = host === 'localhost' ? '127.0.0.1' : host;
  return isIP(address) === 0 || isAllowed(address, hostAndPort(url).port);
}

/** @param ranges addresses and CIDR ranges, well formed. */
function createList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return list;
}

function contains(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function listInterfaceAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address) ?? []);
}
