/**
 * Whether a page of another site asks for a stream, by what browsers say of themselves: `Sec-Fetch-Site` (W3C Fetch Metadata), else `Origin`,
 * else `Referer`. Programs that are no browsers send none of these, and pass.
 */
import type { IncomingHttpHeaders } from 'node:http';

export interface SiteNames {
  /** Host of PUBLIC_URL, with its port if it has one. */
  readonly publicHost: string | undefined;
}

export type Asker =
  | { readonly isForeign: false }
  /** `origin`: whose page, as far as the browser says so. */
  | { readonly isForeign: true; readonly origin: string | undefined };

const OWN: Asker = { isForeign: false };

/** @param isExact also another port of our own host is foreign; without it a machine may show its streams in another of its pages. */
export function findAsker(headers: IncomingHttpHeaders, { publicHost }: SiteNames, isExact = false): Asker {
  const fetchSite = headers['sec-fetch-site'];
  if (fetchSite === 'same-origin' || fetchSite === 'none') return OWN;
  const { origin, referer } = headers;
  const named = origin ?? (referer === '' ? undefined : referer);
  if (named === undefined) return fetchSite === undefined ? OWN : { isForeign: true, origin: undefined };
  const url = URL.parse(named);
  const isWeb = url !== null && (url.protocol === 'http:' || url.protocol === 'https:');
  if (!isWeb) return { isForeign: true, origin: undefined };
  if (fetchSite === 'cross-site') return { isForeign: true, origin: url.origin };
  const names = [headers.host, publicHost].filter((name) => name !== undefined);
  const isOurs = names.some((name) => isSameHost(url, name, isExact));
  return isOurs ? OWN : { isForeign: true, origin: url.origin };
}

/** @param allowed origins, or `*` for every site. */
export function mayEmbed(asker: Asker, allowed: readonly string[]): boolean {
  if (!asker.isForeign || allowed.includes('*')) return true;
  return asker.origin !== undefined && allowed.includes(asker.origin);
}

function isSameHost(url: URL, name: string, isExact: boolean): boolean {
  // The page's scheme decides which port is meant by none.
  const own = URL.parse(`${url.protocol}//${name}`);
  if (own === null) return false;
  return isExact ? own.host === url.host : own.hostname === url.hostname;
}
