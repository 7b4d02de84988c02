import { useEffect, useState, type RefObject } from 'react';
import { browserClock, type Timer } from '../lib/clock.ts';

/** Whether nobody has moved, touched or pressed anything inside `box` for `afterMs`; never idle while not `isActive`. */
export function useIdle(box: RefObject<HTMLElement | null>, isActive: boolean, afterMs: number): boolean {
  const [isIdle, setIsIdle] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!isActive || element === null) return;
    const abort = new AbortController();
    let timer: Timer | undefined;
    const arm = () => {
      timer?.cancel();
      timer = browserClock.setTimer(afterMs, () => setIsIdle(true));
    };
    const wake = () => {
      setIsIdle(false);
      arm();
    };
    for (const type of ['pointermove', 'pointerdown', 'keydown', 'focusin']) {
      element.addEventListener(type, wake, { signal: abort.signal });
    }
    arm();
    return () => {
      abort.abort();
      timer?.cancel();
    };
  }, [box, isActive, afterMs]);
  return isIdle && isActive;
}
