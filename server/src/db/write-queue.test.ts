import { describe, expect, it } from 'vitest';
import { WriteQueue } from './write-queue.ts';

describe('WriteQueue', () => {
  it('runs one at a time, in order, whatever fails in between', async () => {
    const queue = new WriteQueue(10);
    const log: string[] = [];
    const step = (name: string, fails = false) =>
      queue.run(async () => {
        log.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        log.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      });
    const results = await Promise.allSettled([step('a'), step('b', true), step('c')]);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(queue.stats()).toEqual({ writes: 3, waiting: 0, waitingPeak: 2, refused: 0 });
  });

  it('refuses beyond its bound, and only then', async () => {
    const queue = new WriteQueue(2);
    const gate = Promise.withResolvers<void>();
    const first = queue.run(() => gate.promise);
    const second = queue.run(() => Promise.resolve());
    await expect(queue.run(() => Promise.resolve())).rejects.toMatchObject({ code: 'OVERLOADED' });
    gate.resolve();
    await Promise.all([first, second]);
    await expect(queue.run(() => Promise.resolve('again'))).resolves.toBe('again');
    expect(queue.stats().refused).toBe(1);
  });

  it('flushes', async () => {
    const queue = new WriteQueue(10);
    let done = false;
    void queue.run(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      done = true;
    });
    await queue.flush();
    expect(done).toBe(true);
  });
});
