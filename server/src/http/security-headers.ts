/** Headers that tell browsers what a page of ours may do. Pages have no inline scripts, so the policy can be strict. */

/** `blob:` is where MSE puts its media and hls.js its worker; the WebSocket of a page served by TLS is `wss:`. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "media-src 'self' blob:",
  "worker-src 'self' blob:",
  "connect-src 'self' ws: wss:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

export interface PageFacts {
  /** Whether the site is reached by https, so that browsers may be told to insist on it. */
  readonly secure: boolean;
  /** `admin` is never shown inside another page, and no page keeps a way back to it. */
  readonly part: 'portal' | 'admin';
  /** Other sites that may show the portal inside theirs: origins, or `*`. */
  readonly embedOrigins: readonly string[];
}

export function pageHeaders({ secure, part, embedOrigins }: PageFacts): Readonly<Record<string, string>> {
  const isAdmin = part === 'admin';
  const ancestors = isAdmin ? "'none'" : ["'self'", ...embedOrigins].join(' ');
  const isFramed = !isAdmin && embedOrigins.length > 0;
  return {
    'content-security-policy': `${CONTENT_SECURITY_POLICY}; frame-ancestors ${ancestors}`,
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(self), payment=(), usb=()',
    'referrer-policy': isAdmin ? 'no-referrer' : 'strict-origin-when-cross-origin',
    'x-content-type-options': 'nosniff',
    // The older header knows no list: where others may embed, the policy above alone decides.
    ...(isFramed ? {} : { 'x-frame-options': isAdmin ? 'DENY' : 'SAMEORIGIN' }),
    // Browsers heed the first by https only, and complain of it otherwise.
    ...(secure
      ? {
          'cross-origin-opener-policy': 'same-origin',
          'strict-transport-security': 'max-age=31536000',
        }
      : {}),
  };
}
