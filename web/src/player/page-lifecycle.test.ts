import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { describe, expect, it } from 'vitest';
import { watchPage } from './page-lifecycle.ts';

class FakePage extends EventTarget {
  visibilityState: DocumentVisibilityState = 'visible';

  show(state: DocumentVisibilityState): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

function openPage(mayGoOnHidden = false) {
  const clock = new VirtualClock();
  const page = new FakePage();
  const scope = new EventTarget();
  const log: string[] = [];
  const stop = watchPage(
    {
      setHidden: (isHidden) => log.push(`hidden ${isHidden}`),
      setSuspended: (isSuspended) => log.push(`suspended ${isSuspended}`),
      nudge: () => log.push('nudge'),
    },
    {
      // Only listeners and the visibility are used.
      page: page as unknown as Document,
      scope: scope as unknown as Window,
      clock,
      graceMs: 60_000,
      mayGoOnHidden: () => mayGoOnHidden,
    },
  );
  return { clock, page, scope, log, stop };
}

describe('watchPage', () => {
  it('forgives a glance at another tab', async () => {
    const { clock, page, log } = openPage();
    page.show('hidden');
    await clock.advance(59_000);
    page.show('visible');
    await clock.advance(60_000);
    expect(log).toEqual(['hidden true', 'hidden false', 'suspended false']);
  });

  it('lets go of a tab that stays hidden', async () => {
    const { clock, page, log } = openPage();
    page.show('hidden');
    await clock.advance(60_000);
    expect(log).toEqual(['hidden true', 'suspended true']);
  });

  it('goes on where there is sound to hear', async () => {
    const { clock, page, log } = openPage(true);
    page.show('hidden');
    await clock.advance(600_000);
    expect(log).toEqual(['hidden true']);
  });

  it('lets go before the back/forward cache and before a freeze, and returns', () => {
    const { page, scope, log } = openPage();
    scope.dispatchEvent(new Event('pagehide'));
    scope.dispatchEvent(new Event('pageshow'));
    page.dispatchEvent(new Event('freeze'));
    page.dispatchEvent(new Event('resume'));
    expect(log.filter((line) => line.startsWith('suspended'))).toEqual([
      'suspended true',
      'suspended false',
      'suspended true',
      'suspended false',
    ]);
  });

  it('tries at once when the network is back, and nothing after it was stopped', async () => {
    const { clock, page, scope, log, stop } = openPage();
    scope.dispatchEvent(new Event('online'));
    page.show('hidden');
    stop();
    scope.dispatchEvent(new Event('online'));
    await clock.advance(120_000);
    expect(log).toEqual(['nudge', 'hidden true']);
    expect(clock.pendingTimers).toBe(0);
  });
});
