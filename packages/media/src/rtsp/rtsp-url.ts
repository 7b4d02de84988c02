/**
 * RTSP URLs (RFC 2326 section 3.2) as people and cameras write them. Not the WHATWG parser: that one resolves dots,
 * re-encodes paths and trips over passwords, while a camera must get back the very text it was configured with.
 */
import { Secret } from '@pantau/base/secret';
import { MediaError } from '../media-error.ts';

const DEFAULT_PORT = 554;
/** Over TLS (RFC 7826 section 17.3). */
const DEFAULT_TLS_PORT = 322;
const MAX_URL_CHARACTERS = 2048;

export interface RtspUrl {
  /** `rtsps://`: the connection is TLS from its first byte. */
  readonly isTls: boolean;
  /** Host name or address; IPv6 without brackets. */
  readonly host: string;
  /** As written, else 554, or 322 for TLS. */
  readonly port: number;
  /** Whether the URL names its port. */
  readonly hasPort: boolean;
  /** `/path?query` as sent on the wire, may be empty. */
  readonly path: string;
  /** The URL for request lines: never with userinfo, port only when it is not the scheme's own. */
  readonly href: string;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
}

/**
 * Parses `rtsp[s]://[user[:password]@]host[:port][/path][?query]`. Userinfo is percent-decoded once and kept apart.
 * @throws MediaError SOURCE_URL_INVALID with a sentence that does not repeat the URL.
 */
export function parseRtspUrl(text: string): RtspUrl {
  const trimmed = text.trim();
  if (trimmed.length > MAX_URL_CHARACTERS) throw invalid('The camera URL is too long');
  if (hasControlCharacter(trimmed)) throw invalid('The camera URL contains a control character');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme !== 'rtsp' && scheme !== 'rtsps') {
    throw invalid('The camera URL must start with rtsp:// or rtsps://');
  }
  const isTls = scheme === 'rtsps';
  const rest = trimmed.slice(scheme.length + '://'.length);
  const { userinfo, remainder } = splitUserinfo(rest);
  const authorityEnd = endOfAuthority(remainder);
  const authority = parseAuthority(remainder.slice(0, authorityEnd));
  if (authority === undefined) throw invalid('The camera URL has no usable host name or port');
  const credentials = parseUserinfo(userinfo);
  const hasPort = authority.port !== undefined;
  const port = authority.port ?? (isTls ? DEFAULT_TLS_PORT : DEFAULT_PORT);
  const place = { isTls, host: authority.host, port, hasPort };
  return { ...withPath(place, encodePath(remainder.slice(authorityEnd))), ...credentials };
}

/** The URL of another path on the same host and port. */
export function withPathOf(url: RtspUrl, path: string): RtspUrl {
  return { ...url, ...withPath(url, encodePath(path)) };
}

/** `host[:port]` as one string, IPv6 in brackets; undefined when it is not well formed. */
export function parseAuthority(
  text: string,
): { readonly host: string; readonly port: number | undefined } | undefined {
  const match = /^(?:\[([0-9a-f:.]+(?:%[\w.-]+)?)\]|([\w.-]+))(?::(\d{0,5}))?$/i.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined) return undefined;
  if (match?.[3] === undefined || match[3] === '') return { host, port: undefined };
  const port = Number(match[3]);
  return port >= 1 && port <= 65_535 ? { host, port } : undefined;
}

/** Index of the first `/`, `?` or end: where the authority stops. */
export function endOfAuthority(text: string): number {
  const end = text.search(/[/?]/);
  return end < 0 ? text.length : end;
}

type Place = Pick<RtspUrl, 'isTls' | 'host' | 'port' | 'hasPort'>;

function withPath(place: Place, path: string): Place & Pick<RtspUrl, 'path' | 'href'> {
  const { isTls, host, port, hasPort } = place;
  const shownHost = host.includes(':') ? `[${host}]` : host;
  const shownPort = port === (isTls ? DEFAULT_TLS_PORT : DEFAULT_PORT) ? '' : `:${port}`;
  const href = `${isTls ? 'rtsps' : 'rtsp'}://${shownHost}${shownPort}${path}`;
  return { isTls, host, port, hasPort, path, href };
}

/** The userinfo ends at the last `@` before the first `/`, so a password may hold `@`, `:`, `?` and `#`. */
function splitUserinfo(rest: string): { readonly userinfo: string | undefined; readonly remainder: string } {
  const slash = rest.indexOf('/');
  const at = rest.slice(0, slash < 0 ? rest.length : slash).lastIndexOf('@');
  if (at < 0) return { userinfo: undefined, remainder: rest };
  return { userinfo: rest.slice(0, at), remainder: rest.slice(at + 1) };
}

function parseUserinfo(userinfo: string | undefined): Pick<RtspUrl, 'username' | 'password'> {
  if (userinfo === undefined || userinfo === '') return { username: undefined, password: undefined };
  const colon = userinfo.indexOf(':');
  if (colon < 0) return { username: decodeOnce(userinfo), password: undefined };
  return {
    username: decodeOnce(userinfo.slice(0, colon)),
    password: new Secret(decodeOnce(userinfo.slice(colon + 1))),
  };
}

/** Percent-decodes; a text that is not valid percent-encoding is taken as it is (a password such as `100%`). */
function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Encodes spaces and everything beyond ASCII; leaves what is already encoded, and every delimiter, as it is. */
function encodePath(path: string): string {
  return path.replace(/[^!-~]+/gu, (part) => encodeURIComponent(part.toWellFormed()));
}

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

function invalid(message: string): MediaError {
  return new MediaError('SOURCE_URL_INVALID', message);
}
