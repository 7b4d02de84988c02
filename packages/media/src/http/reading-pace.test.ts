import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { describe, expect, it } from 'vitest';
import { FlvReader } from '../flv/flv-reader.ts';
import { flvHeader, flvTag } from '../flv/testing-tags.ts';
import { JpegFinder } from '../jpeg/jpeg-finder.ts';
import { ReadingPace } from './reading-pace.ts';

function start() {
  const clock = new VirtualClock();
  const stopper = new AbortController();
  const troubles: string[] = [];
  const pace = new ReadingPace({
    clock,
    signal: stopper.signal,
    onTrouble: (message) => troubles.push(message),
  });
  return { clock, stopper, troubles, pace };
}

describe('ReadingPace', () => {
  it('does not hold up what an honest camera sends', async () => {
    const { clock, troubles, pace } = start();
    for (let chunk = 0; chunk < 300; chunk++) {
      await pace.note(64 * 1024, 10); // 20 MB a second
      await clock.advance(3);
    }
    expect(troubles).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    ['many pieces', 64, 13_000],
    ['many bytes', 33 * 1024 * 1024, 1],
  ])('makes a flood of %s wait for the rest of the second', async (_what, bytes, pieces) => {
    const { clock, troubles, pace } = start();
    let isOver = false;
    const noting = pace.note(bytes, pieces).then(() => (isOver = true));
    await clock.advance(999);
    expect([isOver, troubles.length]).toEqual([false, 1]);
    await clock.advance(1);
    await noting;
  });

  it('makes thousands of tiny chunks wait', async () => {
    const { clock, troubles, pace } = start();
    const reading = (async () => {
      for (let chunk = 0; chunk < 13_000; chunk++) await pace.note(1, 0);
    })();
    while (troubles.length === 0) await clock.advance(0);
    await clock.advance(1000);
    await reading;
    expect(troubles).toHaveLength(1);
  });

  it('a wait ends with the signal, and leaves no timer', async () => {
    const { clock, stopper, pace } = start();
    const noting = pace.note(1, 13_000);
    const reason = new Error('enough');
    stopper.abort(reason);
    await expect(noting).rejects.toBe(reason);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('what bytes cost is told by', () => {
  const sink = { onPicture: () => undefined, onTrouble: () => undefined };

  it.each([
    ['empty pictures', Buffer.from('ffd8ffd9', 'hex')],
    ['beginnings', Buffer.from('ffd8ff00', 'hex')],
    ['empty segments', Buffer.from('ffe00002', 'hex')],
  ])('the JPEG finder, for %s', (_what, unit) => {
    const finder = new JpegFinder(sink);
    finder.push(Buffer.from('ffd8', 'hex'));
    expect(finder.push(Buffer.concat(Array.from({ length: 16_000 }, () => unit)))).toBeGreaterThan(15_000);
  });

  it('the FLV reader, for empty tags', () => {
    const nothing = () => undefined;
    const reader = new FlvReader({
      onVideoConfig: nothing,
      onVideo: nothing,
      onAacConfig: nothing,
      onAac: nothing,
      onTrouble: nothing,
    });
    const tags = Array.from({ length: 4_000 }, () => flvTag(9, 0, Buffer.alloc(0)));
    expect(reader.push(Buffer.concat([flvHeader(), ...tags]))).toBeGreaterThanOrEqual(3_999);
  });
});
