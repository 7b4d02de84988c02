import { useEffect, useState } from 'react';
import { browserClock } from '../lib/clock.ts';

/** The wall clock, UTC ms, refreshed each `everyMs` while the component is shown. */
export function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(() => browserClock.now());
  useEffect(() => {
    const timer = browserClock.setRepeating(everyMs, () => setNowMs(browserClock.now()));
    return () => timer.cancel();
  }, [everyMs]);
  return nowMs;
}
