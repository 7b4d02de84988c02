import { describe, expect, it } from 'vitest';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { RecentAnswers } from './recent-answers.ts';

function open(maxEntries = 10) {
  const clock = new VirtualClock();
  const answers = new RecentAnswers<number>({ clock, maxAgeMs: 3000, maxEntries });
  let asked = 0;
  const ask = (key: string) => answers.get(key, () => Promise.resolve(++asked));
  return { clock, answers, ask, count: () => asked };
}

describe('RecentAnswers', () => {
  it('asks once for all who wait, and again when the answer is too old', async () => {
    const { clock, ask } = open();
    expect(await Promise.all([ask('a'), ask('a'), ask('a')])).toEqual([1, 1, 1]);
    await clock.advance(2999);
    expect(await ask('a')).toBe(1);
    await clock.advance(1);
    expect(await ask('a')).toBe(2);
  });

  it('counts the age from when it began to ask', async () => {
    const { clock, answers, ask } = open();
    const slow = Promise.withResolvers<number>();
    const first = answers.get('a', () => slow.promise);
    await clock.advance(3000);
    slow.resolve(99);
    expect(await first).toBe(99);
    expect(await ask('a')).toBe(1);
  });

  it('does not remember a failure', async () => {
    const { answers, ask } = open();
    await expect(answers.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await ask('a')).toBe(1);
  });

  it('forgets the oldest when it is full', async () => {
    const { ask, count } = open(2);
    for (const key of ['a', 'b', 'c', 'b', 'c']) await ask(key);
    expect(count()).toBe(3);
    await ask('a');
    expect(count()).toBe(4);
  });
});
