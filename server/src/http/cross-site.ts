/**
 * Refuses what another site's page makes a visitor's browser do. Browsers say where a request comes from (Fetch Metadata,
 * and `Origin` on all unsafe methods and WebSocket handshakes); programs that are no browsers say nothing and have no cookies.
 */
import type { IncomingMessage } from 'node:http';
import type { OwnOrigin } from './own-origin.ts';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method);
}

/** Whether the request may change something, as far as where it comes from is concerned. */
export function isSameSiteRequest(
  request: Pick<IncomingMessage, 'headers' | 'socket'>,
  ownOrigin: OwnOrigin,
): boolean {
  const site = request.headers['sec-fetch-site'];
  const { origin } = request.headers;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  // Both are looked at: an old proxy may drop either, no page can forge one.
  return origin === undefined || ownOrigin.isOwn(request, origin);
}
