/**
 * Our three cookies: which session, which sign-in is waiting for a second factor, which device was signed in before.
 * All are HttpOnly and SameSite=Lax. By https they are Secure and carry the `__Host-` prefix, so that no sibling domain can
 * plant one; by plain http they cannot be, and the pages say what that means.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { parseCookie, stringifySetCookie } from 'cookie';

export type CookieName = 'session' | 'login' | 'device';

const NAMES: Readonly<Record<CookieName, string>> = {
  session: 'pantau',
  login: 'pantau-login',
  device: 'pantau-device',
};
/** Longer headers hold nothing of ours: browsers keep 4 kB a cookie, and other applications on the host have theirs. */
const MAX_HEADER = 16_384;
/** Our values are random bytes or short signed texts. */
const MAX_VALUE = 400;

/** The value of one of our cookies. @param secure see `isSecureRequest`. */
export function readCookie(
  headers: IncomingHttpHeaders,
  name: CookieName,
  secure: boolean,
): string | undefined {
  const header = headers.cookie;
  if (header === undefined || header.length > MAX_HEADER || !header.includes(NAMES[name])) return undefined;
  const value = parseCookie(header)[fullName(name, secure)];
  return value === undefined || value === '' || value.length > MAX_VALUE ? undefined : value;
}

/** A `Set-Cookie` header. @param maxAgeS seconds; undefined: until the browser is closed. */
export function formatCookie(
  name: CookieName,
  value: string,
  options: { readonly secure: boolean; readonly maxAgeS?: number },
): string {
  return stringifySetCookie({
    name: fullName(name, options.secure),
    value,
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: options.secure,
    ...(options.maxAgeS === undefined ? {} : { maxAge: options.maxAgeS }),
  });
}

/** A `Set-Cookie` header that removes the cookie. */
export function formatNoCookie(name: CookieName, secure: boolean): string {
  return formatCookie(name, '', { secure, maxAgeS: 0 });
}

function fullName(name: CookieName, secure: boolean): string {
  return secure ? `__Host-${NAMES[name]}` : NAMES[name];
}
