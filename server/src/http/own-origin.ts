/**
 * What our own origin is, as a request sees it, and whether it came by https. Behind a proxy the socket says neither:
 * `X-Forwarded-Proto` is believed from trusted proxies only, else PUBLIC_URL says what its host is reached by.
 */
import type { IncomingMessage } from 'node:http';
import type { Config } from '../config/config.ts';

type Request = Pick<IncomingMessage, 'headers'> & {
  readonly socket: { readonly remoteAddress?: string | undefined };
};

export interface OwnOrigin {
  /** Whether the visitor's browser talks https to us. */
  isSecure(request: Request): boolean;
  /** `https://cctv.example.id`; undefined when the request has no usable Host. */
  of(request: Request): string | undefined;
  /** Whether `origin` (an `Origin` header, or the origin of a `Referer`) is the site the request was sent to. */
  isOwn(request: Request, origin: string): boolean;
}

/** @param isTrusted whether the socket's peer is a proxy whose headers are believed. */
export function createOwnOrigin(
  config: Pick<Config, 'publicUrl'>,
  isTrusted: (request: Request) => boolean,
): OwnOrigin {
  const publicOrigin = config.publicUrl === undefined ? undefined : new URL(config.publicUrl);

  const isSecure = (request: Request): boolean => {
    if ('encrypted' in request.socket && request.socket.encrypted === true) return true;
    if (isTrusted(request)) {
      const proto = request.headers['x-forwarded-proto'];
      // The last proxy is the one we trust; what a client sent comes before it.
      const last = (Array.isArray(proto) ? proto.at(-1) : proto)?.split(',').at(-1)?.trim().toLowerCase();
      if (last === 'https') return true;
      if (last === 'http') return false;
    }
    return publicOrigin?.protocol === 'https:' && request.headers.host?.toLowerCase() === publicOrigin.host;
  };

  const own = (request: Request): string | undefined => {
    const host = request.headers.host;
    if (host === undefined) return undefined;
    const url = URL.parse(`${isSecure(request) ? 'https' : 'http'}://${host}`);
    return url === null || url.username !== '' || url.pathname !== '/' ? undefined : url.origin;
  };

  return {
    isSecure,
    of: own,
    isOwn(request, origin) {
      const url = URL.parse(origin);
      if (url === null || url.origin === 'null') return false;
      if (publicOrigin !== undefined && url.origin === publicOrigin.origin) return true;
      // The scheme is left out: a proxy that ends TLS without saying so must not make us refuse our own pages.
      const host = URL.parse(own(request) ?? '')?.host;
      return host !== undefined && sameHost(url, host);
    },
  };
}

/** Compares hosts with their ports; the default port of either scheme is no difference. */
function sameHost(url: URL, host: string): boolean {
  return url.host === host || url.host === host.replace(/:(?:80|443)$/, '');
}
