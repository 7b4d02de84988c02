/** IPv4 addresses that are hidden in IPv6 ones: who connects to the one may reach the other. */
import { isIP } from 'node:net';

/** One spelling of each address: IPv4-mapped as IPv4 (RFC 4291 2.5.5.2), no zone, IPv6 in full; undefined when it is none. */
export function plainAddress(text: string): string | undefined {
  const address = text.split('%', 1)[0] ?? '';
  const family = isIP(address);
  if (family === 0) return undefined;
  if (family === 4) return address;
  const bytes = bytesOf(address);
  return startsWith(bytes, MAPPED) ? formatIPv4(bytes, 12) : formatIPv6(bytes);
}

/** The address itself and every IPv4 address that it stands for. @param address as `plainAddress` gives it. */
export function embeddedAddresses(address: string): readonly string[] {
  if (isIP(address) !== 6) return [address];
  const bytes = bytesOf(address);
  const found = HIDING.filter(({ prefix }) => startsWith(bytes, prefix)).map(({ at }) =>
    formatIPv4(bytes, at),
  );
  return [address, ...found];
}

const ZEROS = (count: number) => Array.from({ length: count }, () => 0);
const MAPPED = [...ZEROS(10), 0xff, 0xff];

/** Prefixes with the byte at which the IPv4 address begins. */
const HIDING: readonly { readonly prefix: readonly number[]; readonly at: number }[] = [
  // IPv4-compatible, ::a.b.c.d (RFC 4291 2.5.5.1)
  { prefix: ZEROS(12), at: 12 },
  // IPv4-translated, ::ffff:0:a.b.c.d (RFC 2765)
  { prefix: [...ZEROS(8), 0xff, 0xff, 0, 0], at: 12 },
  // NAT64, 64:ff9b::/96 (RFC 6052) and the local 64:ff9b:1::/48 (RFC 8215) with an address in its last 32 bits
  { prefix: [0, 0x64, 0xff, 0x9b, ...ZEROS(8)], at: 12 },
  { prefix: [0, 0x64, 0xff, 0x9b, 0, 1], at: 12 },
  // 6to4, 2002:a.b.c.d::/48 (RFC 3056)
  { prefix: [0x20, 0x02], at: 2 },
];

/** @param address well-formed IPv6, without a zone. */
function bytesOf(address: string): readonly number[] {
  const groups = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, a, b, c, d) => {
    const hex = (high: string, low: string) => ((Number(high) << 8) | Number(low)).toString(16);
    return `${hex(a, b)}:${hex(c, d)}`;
  });
  const [head = '', tail] = groups.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = ZEROS(8 - left.length - right.length).map(() => '0');
  return [...left, ...middle, ...right].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

function startsWith(bytes: readonly number[], prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}

function formatIPv4(bytes: readonly number[], at: number): string {
  return bytes.slice(at, at + 4).join('.');
}

function formatIPv6(bytes: readonly number[]): string {
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2)
    groups.push((((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16));
  return groups.join(':');
}
