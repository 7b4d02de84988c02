/**
 * What happens to the page, told to a player: tab hidden and shown, back/forward cache, frozen tab, network lost and found.
 * A hidden player keeps going for `graceMs` (a glance at another tab), then lets go of its connection.
 */
import type { Clock, Timer } from '../lib/clock.ts';

export interface PagePlayer {
  setHidden(isHidden: boolean): void;
  setSuspended(isSuspended: boolean): void;
  nudge(): void;
}

export interface PageLifecycleOptions {
  readonly page: Document;
  readonly scope: Window;
  readonly clock: Clock;
  readonly graceMs: number;
  /** Sound that is heard or a floating picture is a reason to go on while hidden. */
  readonly mayGoOnHidden: () => boolean;
}

/** Returns how to stop watching. */
export function watchPage(player: PagePlayer, options: PageLifecycleOptions): () => void {
  const { page, scope, clock, graceMs, mayGoOnHidden } = options;
  const abort = new AbortController();
  const { signal } = abort;
  let grace: Timer | undefined;

  const suspend = () => player.setSuspended(true);
  const onShown = () => {
    grace?.cancel();
    grace = undefined;
    player.setHidden(false);
    player.setSuspended(false);
  };
  const onHidden = () => {
    player.setHidden(true);
    grace?.cancel();
    grace = clock.setTimer(graceMs, () => {
      if (!mayGoOnHidden()) suspend();
    });
  };
  const onVisibility = () => (page.visibilityState === 'hidden' ? onHidden() : onShown());

  page.addEventListener('visibilitychange', onVisibility, { signal });
  page.addEventListener('freeze', suspend, { signal });
  page.addEventListener('resume', onShown, { signal });
  // An open connection would keep the page out of the back/forward cache.
  scope.addEventListener('pagehide', suspend, { signal });
  scope.addEventListener('pageshow', () => page.visibilityState === 'visible' && onShown(), { signal });
  scope.addEventListener('online', () => player.nudge(), { signal });
  if (page.visibilityState === 'hidden') onHidden();
  return () => {
    grace?.cancel();
    abort.abort();
  };
}
