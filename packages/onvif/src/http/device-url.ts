/**
 * Addresses of devices and what devices say about themselves. A device names inner addresses, its loopback, several at once or
 * nonsense: its words count for scheme, port and path, never for the host, which stays the one that was dialled.
 */
import { isIP } from 'node:net';
import { OnvifError } from '../onvif-error.ts';

export interface DeviceUrl {
  readonly scheme: 'http' | 'https';
  /** Name or address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** `/path?query`, as it goes on the wire. */
  readonly path: string;
}

/** What a person typed: the port is undefined when none was given. */
export interface TypedAddress {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number | undefined;
  /** Undefined when none was given. */
  readonly path: string | undefined;
}

export const DEVICE_SERVICE_PATH = '/onvif/device_service';

const MAX_URL_CHARACTERS = 1024;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, rtsp: 554, rtsps: 322 };

/** @param text `host`, `host:port` or `http(s)://host[:port][/path]`. @throws OnvifError ONVIF_URL_INVALID, without the text in it. */
export function parseTypedAddress(text: string): TypedAddress {
  const trimmed = text.trim();
  if (trimmed.length > MAX_URL_CHARACTERS) throw invalid('it is too long');
  const match = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#]*)([^#]*)/i.exec(trimmed);
  const scheme = (match?.[1] ?? 'http').toLowerCase();
  if (scheme !== 'http' && scheme !== 'https')
    throw invalid('it must be an address, or begin with http:// or https://');
  const typed = match?.[2] ?? '';
  if (typed.includes('@')) throw invalid('user name and password are given apart');
  const authority = parseAuthority(typed);
  if (authority === undefined) throw invalid('its host or port is not valid');
  const path = match?.[3] ?? '';
  if (/[^!-~]/.test(path)) throw invalid('its path has characters that must be percent-encoded');
  return { scheme, ...authority, path: path === '' || path === '/' ? undefined : path };
}

/** One URL, for an address that has a port. @throws OnvifError ONVIF_URL_INVALID */
export function parseDeviceUrl(text: string): DeviceUrl {
  const { scheme, host, port, path } = parseTypedAddress(text);
  return {
    scheme,
    host,
    port: port ?? DEFAULT_PORTS[scheme] ?? 80,
    path: withSlash(path ?? DEVICE_SERVICE_PATH),
  };
}

export function formatDeviceUrl({ scheme, host, port, path }: DeviceUrl): string {
  const shownPort = port === DEFAULT_PORTS[scheme] ? '' : `:${port}`;
  return `${scheme}://${bracket(host)}${shownPort}${path}`;
}

/** `host:port` for a Host header; IPv6 in brackets. */
export function formatHostHeader({ scheme, host, port }: DeviceUrl): string {
  return port === DEFAULT_PORTS[scheme] ? bracket(host) : `${bracket(host)}:${port}`;
}

/** A URL as a device wrote it, taken apart as text: what is odd in its path is legal and goes back as it came. */
export interface NamedUrl {
  readonly scheme: 'http' | 'https' | 'rtsp' | 'rtsps';
  /** As written; empty when there was none. */
  readonly host: string;
  /** Undefined when none was written or it is not one. */
  readonly port: number | undefined;
  readonly path: string;
}

/** Undefined when there is neither a scheme that we know nor a bare path. @param fallbackScheme for a bare path. */
export function parseNamedUrl(text: string, fallbackScheme: NamedUrl['scheme']): NamedUrl | undefined {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > MAX_URL_CHARACTERS || /[\p{Cc}\s]/u.test(trimmed)) return undefined;
  if (trimmed.startsWith('/'))
    return { scheme: fallbackScheme, host: '', port: undefined, path: encodePath(trimmed) };
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^#]*)/i.exec(trimmed);
  const scheme = match?.[1]?.toLowerCase();
  if (scheme !== 'http' && scheme !== 'https' && scheme !== 'rtsp' && scheme !== 'rtsps') return undefined;
  const authority = (match?.[2] ?? '').replace(/^.*@/, '');
  const parsed = parseAuthority(authority);
  return {
    scheme,
    host: parsed?.host ?? authority,
    port: parsed?.port,
    path: encodePath(match?.[3] ?? ''),
  };
}

/** How the ports of a device look from where it was dialled. */
export interface DialledDevice {
  readonly url: DeviceUrl;
  /** The port the device believes its device service to be at; undefined when it did not say. Behind a mapping it is not the dialled one. */
  readonly innerPort: number | undefined;
  /** The RTSP port as reached from here, where the operator mapped it. Default: what the device says. */
  readonly rtspPort?: number | undefined;
}

/**
 * A web service of the device: the dialled host, and the dialled port where the device names its own. Logins go there, so a device
 * that was dialled by https and names http is asked where it was dialled.
 */
export function rehostService(named: NamedUrl, dialled: DialledDevice): DeviceUrl | undefined {
  const found = rehostWeb(named, dialled);
  const isDowngrade = found?.scheme === 'http' && dialled.url.scheme === 'https';
  return isDowngrade ? { ...dialled.url, path: found.path } : found;
}

function rehostWeb(named: NamedUrl, { url, innerPort }: DialledDevice): DeviceUrl | undefined {
  if (named.scheme !== 'http' && named.scheme !== 'https') return undefined;
  const port = named.port ?? DEFAULT_PORTS[named.scheme] ?? 80;
  const isOwn = port === innerPort && (named.scheme === url.scheme || url.port !== innerPort);
  return {
    scheme: isOwn ? url.scheme : named.scheme,
    host: url.host,
    port: isOwn ? url.port : port,
    path: withSlash(named.path),
  };
}

/** A stream or snapshot of the device, as text without userinfo and without a default port. */
export function rehostMedia(named: NamedUrl, dialled: DialledDevice): string {
  const web = rehostWeb(named, dialled);
  if (web !== undefined) return formatDeviceUrl(web);
  const port = dialled.rtspPort ?? named.port ?? DEFAULT_PORTS[named.scheme] ?? 554;
  const shownPort = port === DEFAULT_PORTS[named.scheme] ? '' : `:${port}`;
  return `${named.scheme}://${bracket(dialled.url.host)}${shownPort}${named.path}`;
}

function parseAuthority(
  text: string,
): { readonly host: string; readonly port: number | undefined } | undefined {
  // A bare IPv6 address has no port: which of its colons would begin one?
  if (isIP(text) === 6) return { host: text, port: undefined };
  const match = /^(?:\[([0-9a-f:.]+(?:%[\w.-]+)?)\]|([\w.-]{1,253}))(?::(\d{0,5}))?$/i.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || (match?.[1] !== undefined && isIP(host.split('%', 1)[0] ?? '') !== 6))
    return undefined;
  const port = match?.[3] === undefined || match[3] === '' ? undefined : Number(match[3]);
  return port === undefined || (port >= 1 && port <= 65_535) ? { host, port } : undefined;
}

function bracket(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function withSlash(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

function encodePath(path: string): string {
  return path.replace(/[^!-~]+/gu, (part) => encodeURIComponent(part.toWellFormed()));
}

function invalid(why: string): OnvifError {
  return new OnvifError('ONVIF_URL_INVALID', `The device's address cannot be used: ${why}.`);
}
