/**
 * Which addresses a camera may have, and how they are taken apart as people paste them: user and password are removed from the URL and kept separately.
 * Passwords are often pasted without percent-encoding, so `@`, `/`, `?`, `#` and `:` may stand in them.
 */
import { isIP } from 'node:net';
import { Secret } from '@pantau/base/secret';
import { MediaError } from '@pantau/media';

/** Every scheme that a camera's address may have, with its port: what is not here is refused. */
const DEFAULT_PORTS = { rtsp: 554, rtsps: 322, http: 80, https: 443 } as const;
type SourceScheme = keyof typeof DEFAULT_PORTS;

/** What media may come over, and what a still picture and ONVIF come over. */
export const SOURCE_SCHEMES: readonly SourceScheme[] = ['rtsp', 'rtsps', 'http', 'https'];
export const HTTP_SCHEMES: readonly SourceScheme[] = ['http', 'https'];

/** In words, what `isEncrypted` asks for. */
export const ENCRYPTED = 'an rtsps:// or https://';

/** Whether a certificate is shown at an address that `parseSourceUrl` gave. */
export function isEncrypted(url: string | null): boolean {
  return url !== null && /^(?:rtsps|https):/.test(url);
}

export interface ParsedSourceUrl {
  /** `scheme://host[:port]/path?query`, without user, password and fragment; the scheme in lower case. */
  readonly url: string;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
}

const MAX_LENGTH = 2000;
const AUTHORITY = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]{1,253})(?::(\d{1,5}))?$/i;

/** @throws MediaError SOURCE_URL_INVALID; the message never repeats the URL. */
export function parseSourceUrl(
  text: string,
  schemes: readonly SourceScheme[] = SOURCE_SCHEMES,
): ParsedSourceUrl {
  const trimmed = text.trim();
  if (trimmed.length > MAX_LENGTH) throw invalid('the address is too long');
  if (/[\s\p{Cc}]/u.test(trimmed))
    throw invalid('the address must not contain spaces (write %20) or control characters');
  const [start, given] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed) ?? [];
  const scheme = schemes.find((each) => each === given?.toLowerCase());
  if (start === undefined || scheme === undefined)
    throw invalid(`it must begin with ${schemes.map((each) => `${each}://`).join(' or ')}`);
  const { userInfo, authority, path } = split(trimmed.slice(start.length));
  const match = AUTHORITY.exec(authority);
  if (match === null) throw invalid('the host or port of the address is not valid');
  const [, host = '', port] = match;
  if (!isHost(host)) throw invalid('the host of the address is not valid');
  if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65_535))
    throw invalid('the port must be 1 to 65535');
  return {
    url: `${scheme}://${host}${port === undefined ? '' : `:${port}`}${path}`,
    ...parseUserInfo(userInfo),
  };
}

/** Host as it is compared (lower case, IPv6 in brackets) and port of an address that `parseSourceUrl` gave; empty and 0 for anything else. */
export function hostAndPort(url: string): { readonly host: string; readonly port: number } {
  const [, scheme = '', authority = ''] = /^([a-z]+):\/\/([^/?]*)/.exec(url) ?? [];
  const [, host = '', port] = AUTHORITY.exec(authority) ?? [];
  const known = SOURCE_SCHEMES.find((each) => each === scheme);
  if (known === undefined) return { host: '', port: 0 };
  return { host: host.toLowerCase(), port: port === undefined ? DEFAULT_PORTS[known] : Number(port) };
}

/** The address for the operator's eyes: some makers put the password into the path or query, others a token. */
export function maskSourceUrl(url: string): string {
  const query = url.indexOf('?');
  if (query < 0) return maskIn(url, '/');
  return maskIn(url.slice(0, query), '/') + maskIn(url.slice(query), '');
}

/** The same for an address that a camera may lack. */
export function maskOrNull(url: string | null | undefined): string | null {
  return url === null || url === undefined ? null : maskSourceUrl(url);
}

/** What `maskSourceUrl` leaves of a secret. */
export const MASKED = /=\*\*\*(?:[&;/?_]|$)/;

const SECRET_NAMES = 'pass(?:word|wd)?|passwort|pwd|psw|loginpas|auth|token|key|secret|sig(?:n(?:ature)?)?';

/** A value ends at `&`, `;` or `ends`, or where `_name=` begins: some write `_` for `&`. */
function maskIn(part: string, ends: '/' | ''): string {
  const value = `(?:(?!_[a-z]+=)[^&;?${ends}])*`;
  return part.replace(new RegExp(`((?:${SECRET_NAMES})=)${value}`, 'gi'), '$1***');
}

/**
 * Where the host begins. The plain reading ends the authority at the first `/`, `?` or `#`. When what it takes for the
 * host looks like none, and a later `@` has a real one behind it, the characters before that belong to the password.
 */
function split(rest: string): { userInfo: string | undefined; authority: string; path: string } {
  const plainAt = rest.lastIndexOf('@', endOfAuthority(rest) - 1);
  if (looksLikeHost(authorityAfter(rest, plainAt))) return cut(rest, plainAt);
  for (let at = rest.indexOf('@', plainAt + 1); at >= 0; at = rest.indexOf('@', at + 1)) {
    if (looksLikeHost(authorityAfter(rest, at))) return cut(rest, at);
  }
  return cut(rest, plainAt);
}

function cut(rest: string, at: number): { userInfo: string | undefined; authority: string; path: string } {
  const authority = authorityAfter(rest, at);
  const path = rest.slice(at + 1 + authority.length).replace(/#.*$/, '');
  return { userInfo: at >= 0 ? rest.slice(0, at) : undefined, authority, path };
}

function authorityAfter(rest: string, at: number): string {
  const after = rest.slice(at + 1);
  return after.slice(0, endOfAuthority(after));
}

function endOfAuthority(text: string): number {
  const end = text.search(/[/?#]/);
  return end < 0 ? text.length : end;
}

/** A name with a dot, an address, or this machine: a bare word is more often a piece of a password. */
function looksLikeHost(authority: string): boolean {
  const host = AUTHORITY.exec(authority)?.[1];
  return host !== undefined && (host.includes('.') || host.startsWith('[') || host === 'localhost');
}

function isHost(host: string): boolean {
  if (host.startsWith('[')) return isIP(host.slice(1, -1)) === 6;
  return host.split('.').every((label) => /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/i.test(label));
}

function parseUserInfo(userInfo: string | undefined): Pick<ParsedSourceUrl, 'username' | 'password'> {
  if (userInfo === undefined) return { username: undefined, password: undefined };
  const colon = userInfo.indexOf(':');
  const username = decode(colon < 0 ? userInfo : userInfo.slice(0, colon));
  return { username, password: colon < 0 ? undefined : new Secret(decode(userInfo.slice(colon + 1))) };
}

/** Percent-decoding where the text is percent-encoded; a bare `%` means itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function invalid(why: string): MediaError {
  return new MediaError('SOURCE_URL_INVALID', `The camera's address cannot be used: ${why}.`);
}
