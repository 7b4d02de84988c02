/**
 * The URLs of a session: base, tracks, aggregate (RFC 2326 appendix C.1.1), by what cameras really send.
 *
 * Two rules stand above the RFC. The host and port are always the dialled ones: a camera behind NAT, or a hostile one,
 * names others, so what it sends counts only for its path. And a relative control is appended as text, also after a
 * query (`…?channel=1/trackID=0`): that is what cameras expect, while URL resolution would cut the query off.
 */
import { endOfAuthority, parseAuthority, withPathOf, type RtspUrl } from './rtsp-url.ts';

/** URL of the presentation: Content-Base, else Content-Location, else the request URL, on the dialled host. */
export function resolveBaseUrl(
  requested: RtspUrl,
  contentBase: string | undefined,
  contentLocation: string | undefined,
): RtspUrl {
  for (const candidate of [contentBase, contentLocation]) {
    if (candidate === undefined || candidate.trim() === '') continue;
    const path = pathOf(candidate.trim(), requested.host);
    if (path !== undefined) return withPathOf(requested, path);
  }
  return requested;
}

/**
 * A session-level `a=control` moves the base only when it is absolute; `*`, relative ones and none leave it.
 */
export function applySessionControl(base: RtspUrl, control: string | undefined): RtspUrl {
  if (control === undefined || !isAbsolute(control)) return base;
  const path = pathOf(control, base.host);
  return path === undefined || path === '' ? base : withPathOf(base, path);
}

/** URL of a track from its `a=control`. */
export function resolveControlUrl(base: RtspUrl, control: string | undefined): RtspUrl {
  const text = control?.trim() ?? '';
  if (text === '' || text === '*') return base;
  if (isAbsolute(text)) return withPathOf(base, pathOf(text, base.host) ?? base.path);
  if (text.startsWith('?')) return withPathOf(base, base.path + text);
  const basePath = base.path.replace(/\/$/, '');
  // a control that repeats the whole path of the base is a path from the root
  if (basePath.length > 1 && (text === basePath || text.startsWith(`${basePath}/`)))
    return withPathOf(base, text);
  return withPathOf(base, `${basePath}/${text.replace(/^\//, '')}`);
}

function isAbsolute(text: string): boolean {
  return /^rtsps?:\/\//i.test(text);
}

/**
 * The path and query of a URL that a camera sent: absolute, with the scheme twice, without scheme, or only a path.
 * Undefined when it is neither.
 */
function pathOf(text: string, dialledHost: string): string | undefined {
  if (text.startsWith('/') && !text.startsWith('//')) return text;
  const withoutScheme = text.replace(/^(?:rtsps?:\/\/)+/i, '');
  if (withoutScheme.length < text.length)
    return withoutScheme.slice(endOfAuthorityAndUserinfo(withoutScheme));
  const end = endOfAuthority(text);
  const authority = parseAuthority(text.slice(0, end));
  const namesHost =
    authority !== undefined && (/:\d+$|^[\d.]+$/.test(text.slice(0, end)) || authority.host === dialledHost);
  return namesHost ? text.slice(end) : undefined;
}

function endOfAuthorityAndUserinfo(text: string): number {
  const slash = text.indexOf('/');
  const at = text.slice(0, slash < 0 ? text.length : slash).lastIndexOf('@');
  return at + 1 + endOfAuthority(text.slice(at + 1));
}
