/** What a device says of itself in an answer to a WS-Discovery probe (or a Hello), judged by who sent it. */
import { isIP } from 'node:net';
import { formatDeviceUrl, parseNamedUrl, type NamedUrl } from '../http/device-url.ts';
import { isOnvifError } from '../onvif-error.ts';
import { plainText } from '../plain-text.ts';
import { readXml } from '../xml/read-xml.ts';
import { findChild, listChildren, textAt, type XmlElement } from '../xml/xml-element.ts';

export interface DiscoveredDevice {
  /** Endpoint reference, normally `urn:uuid:…`: stays the same when the address changes. */
  readonly id: string;
  /** Who answered. */
  readonly address: string;
  /** Where to ask it: on the address that answered. */
  readonly url: string;
  readonly name: string | undefined;
  readonly hardware: string | undefined;
  readonly location: string | undefined;
}

/** A datagram is at most so long. */
const MAX_BYTES = 64 * 1024;
const MAX_MATCHES = 8;
const MAX_SCOPES = 64;
const MAX_XADDRS = 16;
const SCOPE_PREFIX = /^onvif:\/\/www\.onvif\.org(?:\/|$)/i;

/**
 * The ONVIF devices in a message: `ProbeMatches` or `Hello`. Empty for everything else: printers, other makers' devices,
 * bytes that are no XML. Never fails.
 * @param sender the IP address that the datagram came from.
 */
export function parseAnnouncement(bytes: Uint8Array, sender: string): readonly DiscoveredDevice[] {
  const root = tryRead(bytes);
  const body = findChild(root, 'Body');
  const hello = findChild(body, 'Hello');
  // Some leave out the element around their matches.
  const matches =
    hello === undefined ? listChildren(findChild(body, 'ProbeMatches') ?? body, 'ProbeMatch') : [hello];
  return matches.slice(0, MAX_MATCHES).flatMap((match) => readMatch(match, sender));
}

function tryRead(bytes: Uint8Array): XmlElement | undefined {
  try {
    return readXml(bytes, { maxBytes: MAX_BYTES, maxElements: 1000 });
  } catch (error) {
    if (isOnvifError(error)) return undefined;
    throw error;
  }
}

function readMatch(match: XmlElement, sender: string): DiscoveredDevice[] {
  const scopes = listWords(textAt(match, 'Scopes'), MAX_SCOPES).filter((scope) => SCOPE_PREFIX.test(scope));
  const url = chooseUrl(textAt(match, 'XAddrs') ?? '', sender);
  // Printers and computers answer probes, too; an ONVIF device has scopes of ONVIF.
  if (scopes.length === 0 || url === undefined) return [];
  const endpoint = plainText(textAt(match, 'EndpointReference', 'Address'), 200);
  return [
    {
      id: endpoint ?? url,
      address: sender,
      url,
      name: readScope(scopes, 'name'),
      hardware: readScope(scopes, 'hardware'),
      location: readScope(scopes, 'location'),
    },
  ];
}

/**
 * The address to ask the device at: path and port of the best of its XAddrs, on the address that answered. A device also names
 * its loopback, IPv6 link-local and inner addresses, and a hostile one somebody else's.
 * @param text addresses with white space between.
 */
export function chooseUrl(text: string, sender: string): string | undefined {
  if (isIP(sender) === 0) return undefined;
  const named = listWords(text, MAX_XADDRS)
    .map((word) => parseNamedUrl(word, 'http'))
    .filter((each) => each !== undefined)
    .filter(({ scheme, host }) => (scheme === 'http' || scheme === 'https') && host !== '');
  const best = named.toSorted((a, b) => rank(a, sender) - rank(b, sender))[0];
  if (best === undefined || (best.scheme !== 'http' && best.scheme !== 'https')) return undefined;
  const { scheme, port = scheme === 'https' ? 443 : 80, path } = best;
  return formatDeviceUrl({ scheme, host: sender, port, path: path === '' ? '/' : path });
}

function rank({ host, scheme }: NamedUrl, sender: string): number {
  const byHost = host === sender ? 0 : isIP(host) === 4 ? 2 : 4;
  return byHost + (scheme === 'http' ? 0 : 1);
}

function readScope(scopes: readonly string[], kind: string): string | undefined {
  const prefix = `onvif://www.onvif.org/${kind}/`;
  const values = scopes
    .filter((scope) => scope.toLowerCase().startsWith(prefix))
    .map((scope) => plainText(decode(scope.slice(prefix.length)), 100))
    .filter((value) => value !== undefined);
  // Several locations are from large to small: country, city, …
  return values.length === 0 ? undefined : values.slice(0, 4).join(', ');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function listWords(text: string | undefined, limit: number): readonly string[] {
  return (text ?? '').split(/\s+/).filter(Boolean).slice(0, limit);
}
