/**
 * The one-time token of the setup link `/admin/siapkan#<token>`. It is in the fragment, which is sent to no server, and is
 * taken out of the address at once, so that it stays in no history and on no screenshot.
 */
const SETUP_PATH = /^\/admin\/siapkan\/?$/;

let held: string | undefined;

/** @returns the token, when the address brings one or brought one earlier */
export function takeSetupToken(
  from: Pick<Location, 'pathname' | 'search' | 'hash'>,
  history: Pick<History, 'replaceState' | 'state'>,
): string | undefined {
  if (!SETUP_PATH.test(from.pathname) || from.hash.length <= 1) return held;
  held = decodeFragment(from.hash.slice(1));
  history.replaceState(history.state, '', from.pathname + from.search);
  return held;
}

/** The token was used, or was no good. */
export function dropSetupToken(): void {
  held = undefined;
}

function decodeFragment(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
