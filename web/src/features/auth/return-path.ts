/** Where to go after signing in: only pages of the administration itself, whatever a link says. */

export const HOME_PATH = '/admin';

/** Pages that make no sense to return to. */
const NOT_BACK_TO = ['/admin/masuk', '/admin/siapkan'];

/**
 * @param wanted what the address said, in any shape
 * @returns a path with query below `/admin`, or `/admin`
 */
export function safeReturnPath(wanted: unknown): string {
  if (typeof wanted !== 'string' || wanted.length > 500) return HOME_PATH;
  // Browsers drop tabs and line breaks and read a backslash as a slash: none of these belongs in a path of ours.
  if (!/^\/admin(?:[/?]|$)/.test(wanted) || /[\\\s\p{Cc}]/u.test(wanted)) return HOME_PATH;
  const base = 'http://own.invalid';
  if (!URL.canParse(wanted, base)) return HOME_PATH;
  const { origin, pathname, search } = new URL(wanted, base);
  const isOurs = origin === base && (pathname === '/admin' || pathname.startsWith('/admin/'));
  const isUseful = !NOT_BACK_TO.includes(pathname.replace(/\/+$/, ''));
  return isOurs && isUseful ? pathname + search : HOME_PATH;
}
