import { describe, expect, it } from 'vitest';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { Coalescer } from './coalescer.ts';

function open(workMs = 0) {
  const clock = new VirtualClock();
  const starts: number[] = [];
  let running = 0;
  let overlap = false;
  const coalescer = new Coalescer({
    clock,
    intervalMs: 250,
    work: async () => {
      starts.push(clock.monotonic());
      overlap ||= ++running > 1;
      if (workMs > 0) await new Promise<void>((resolve) => clock.setTimer(workMs, resolve));
      running--;
    },
  });
  return { clock, coalescer, starts, overlapped: () => overlap };
}

describe('Coalescer', () => {
  it('runs at once, then at most every interval, and once after the last request', async () => {
    const { clock, coalescer, starts } = open();
    for (let step = 0; step < 60; step++) {
      coalescer.request();
      await clock.advance(10);
    }
    await clock.advance(5000);
    expect(starts).toEqual([0, 250, 500, 750]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('never runs twice at once, and remembers a request that came meanwhile', async () => {
    const { clock, coalescer, starts, overlapped } = open(1000);
    coalescer.request();
    await clock.advance(300);
    coalescer.request();
    coalescer.request();
    await clock.advance(5000);
    expect(starts).toEqual([0, 1000]);
    expect(overlapped()).toBe(false);
  });

  it('does nothing after stop, which waits for a run', async () => {
    const { clock, coalescer, starts } = open(1000);
    coalescer.request();
    await clock.advance(10);
    let stopped = false;
    void coalescer.stop().then(() => (stopped = true));
    await clock.advance(10);
    expect(stopped).toBe(false);
    await clock.advance(1000);
    expect(stopped).toBe(true);
    coalescer.request();
    await clock.advance(5000);
    expect(starts).toHaveLength(1);
  });
});
