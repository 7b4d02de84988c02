/** URLs of HTTP cameras and playlists: what may be asked for at all. */
import { MediaError } from '../media-error.ts';

/** Longest URL that is asked for or remembered. */
const MAX_URL_CHARACTERS = 4096;

/**
 * A URL that may be fetched; the host is in its plain spelling then (`127.1` is `127.0.0.1`). User and password are left out.
 * @param base what a relative one belongs to.
 * @returns undefined when it is no http(s) URL.
 */
export function parseHttpUrl(text: string, base?: URL): URL | undefined {
  if (text.length > MAX_URL_CHARACTERS) return undefined;
  const url = URL.parse(text, base?.href);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '') {
    return undefined;
  }
  url.username = '';
  url.password = '';
  url.hash = '';
  return url.href.length > MAX_URL_CHARACTERS ? undefined : url;
}

/** @throws MediaError SOURCE_URL_INVALID with a sentence that does not repeat the URL. */
export function requireHttpUrl(text: string): URL {
  const url = parseHttpUrl(text);
  if (url === undefined) throw new MediaError('SOURCE_URL_INVALID', 'The camera URL is not usable');
  return url;
}

/** Host as it is connected to: IPv6 without brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}
