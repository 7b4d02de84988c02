/** A change of a camera's address and login. */
import type { Secret } from '@pantau/base/secret';
import { MediaError, type SourceDefinition } from '@pantau/media';
import { maskSourceUrl, parseSourceUrl, type ParsedSourceUrl } from './source-url.ts';

/** What is left out stays, as far as it may: see `changeSource`. */
export interface SourceChange {
  /** As pasted; a login in it counts like one that is given beside it. */
  readonly url?: string | undefined;
  /** Null removes it. */
  readonly username?: string | null | undefined;
  /** Null removes it. */
  readonly password?: Secret | null | undefined;
}

/**
 * The source with what changes. A login that is not given anew stays with its host and port only: a new host must not get
 * the password of the old one.
 * @throws MediaError SOURCE_URL_INVALID
 */
export function changeSource(current: SourceDefinition, change: SourceChange): SourceDefinition {
  const pasted = change.url === undefined ? undefined : readUrl(current, change.url);
  const kept = isSameHost(current, pasted) ? current : undefined;
  return {
    url: pasted?.url ?? current.url,
    username:
      change.username === undefined ? (pasted?.username ?? kept?.username) : (change.username ?? undefined),
    password:
      change.password === undefined ? (pasted?.password ?? kept?.password) : (change.password ?? undefined),
  };
}

/** Whether `change` leaves the stored password in place, readable or not. @throws as `changeSource` */
export function keepsPassword(current: SourceDefinition, change: SourceChange): boolean {
  if (change.password !== undefined) return false;
  const pasted = change.url === undefined ? undefined : readUrl(current, change.url);
  return pasted?.password === undefined && isSameHost(current, pasted);
}

/** An address that comes back as it was shown, a password in its path masked, is the stored one. @throws MediaError SOURCE_URL_INVALID */
function readUrl(current: SourceDefinition, text: string): ParsedSourceUrl {
  const pasted = parseSourceUrl(text);
  if (pasted.url === maskSourceUrl(current.url)) return { ...pasted, url: current.url };
  if (/=\*\*\*(?:[&/?_]|$)/.test(pasted.url) && maskSourceUrl(pasted.url) === pasted.url) {
    throw new MediaError(
      'SOURCE_URL_INVALID',
      "The camera's address cannot be used: the password in it is masked; write it out.",
    );
  }
  return pasted;
}

function isSameHost(current: SourceDefinition, changed: SourceDefinition | undefined): boolean {
  return changed === undefined || hostOf(changed.url) === hostOf(current.url);
}

function hostOf(url: string): string {
  const authority = /^rtsp:\/\/([^/?]*)/.exec(url)?.[1]?.toLowerCase() ?? '';
  return authority.replace(/:0*554$/, '');
}
