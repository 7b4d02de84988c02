/** A change of a camera's address, its login, and how its media travels. */
import type { Secret } from '@pantau/base/secret';
import { MediaError, type RtspTransport, type SourceDefinition } from '@pantau/media';
import { hostAndPort, MASKED, maskSourceUrl, parseSourceUrl, type ParsedSourceUrl } from './source-url.ts';

/** What is left out stays, as far as it may: see `changeSource`. */
export interface SourceChange {
  /** As pasted; a login in it counts like one that is given beside it. */
  readonly url?: string | undefined;
  /** Null removes it. */
  readonly username?: string | null | undefined;
  /** Null removes it. */
  readonly password?: Secret | null | undefined;
  /** Null is that of the area. */
  readonly transport?: RtspTransport | null | undefined;
  /** As `openssl x509 -fingerprint -sha256` prints it or 64 digits. Null takes any certificate. */
  readonly tlsFingerprint?: string | null | undefined;
  readonly audio?: boolean | undefined;
}

/**
 * The source with what changes. A login that is not given anew stays with its host and port only: a new host must not get
 * the password of the old one. The fingerprint stays: a new host that has another certificate must be told so.
 * @throws MediaError SOURCE_URL_INVALID
 */
export function changeSource(current: SourceDefinition, change: SourceChange): SourceDefinition {
  const pasted = change.url === undefined ? undefined : readAddress(current.url, change.url);
  const kept = isSameHost(current, pasted) ? current : undefined;
  return {
    url: pasted?.url ?? current.url,
    username:
      change.username === undefined ? (pasted?.username ?? kept?.username) : (change.username ?? undefined),
    password:
      change.password === undefined ? (pasted?.password ?? kept?.password) : (change.password ?? undefined),
    transport: change.transport === undefined ? current.transport : (change.transport ?? undefined),
    tlsFingerprint:
      change.tlsFingerprint === undefined ? current.tlsFingerprint : (change.tlsFingerprint ?? undefined),
    audio: change.audio ?? current.audio,
  };
}

/** Whether `change` leaves the stored password in place, readable or not. @throws as `changeSource` */
export function keepsPassword(current: SourceDefinition, change: SourceChange): boolean {
  if (change.password !== undefined) return false;
  const pasted = change.url === undefined ? undefined : readAddress(current.url, change.url);
  return pasted?.password === undefined && isSameHost(current, pasted);
}

/**
 * An address that comes back as it was shown, a password in its path masked, is the stored one.
 * @param current what is stored; undefined when nothing is.
 * @param schemes default: all.
 * @throws MediaError SOURCE_URL_INVALID
 */
export function readAddress(
  current: string | undefined,
  text: string,
  schemes?: Parameters<typeof parseSourceUrl>[1],
): ParsedSourceUrl {
  const pasted = parseSourceUrl(text, schemes);
  if (current !== undefined && pasted.url === maskSourceUrl(current)) return { ...pasted, url: current };
  if (MASKED.test(pasted.url) && maskSourceUrl(pasted.url) === pasted.url) {
    throw new MediaError(
      'SOURCE_URL_INVALID',
      "The camera's address cannot be used: the password in it is masked; write it out.",
    );
  }
  return pasted;
}

function isSameHost(current: SourceDefinition, changed: SourceDefinition | undefined): boolean {
  if (changed === undefined) return true;
  const [a, b] = [hostAndPort(changed.url), hostAndPort(current.url)];
  return a.host === b.host && a.port === b.port;
}
