/**
 * Which other sites may read replies: the public lists are open to all, as the media is, and carry no cookies.
 * Everything else has no CORS headers, so a browser keeps it to this site.
 */
export const PUBLIC_CORS_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, X-Cache',
} as const;

/** Of replies that depend on who asks: kept by no shared cache, read by no other site. */
export const PRIVATE_HEADERS = {
  'cache-control': 'private, no-cache',
  vary: 'Cookie, Authorization, X-API-Key, Accept-Encoding',
} as const;
