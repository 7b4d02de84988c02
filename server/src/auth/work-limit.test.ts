import { describe, expect, it } from 'vitest';
import { WorkLimit } from './work-limit.ts';

/** Work that ends when told. */
function pieces(limit: WorkLimit) {
  const started: number[] = [];
  const ends: (() => void)[] = [];
  const start = (number: number) =>
    limit.run(async () => {
      started.push(number);
      await new Promise<void>((resolve) => void ends.push(resolve));
      return number;
    });
  return { started, ends, start };
}

describe('WorkLimit', () => {
  it('runs so many at once, the others in order, and refuses what is beyond', async () => {
    const { started, ends, start } = pieces(new WorkLimit(2, 2));
    const running = [1, 2, 3, 4].map(start);
    await expect(start(5)).rejects.toMatchObject({
      kind: 'exhausted',
      code: 'OVERLOADED',
      details: { retryAfterS: 2 },
    });
    expect(started).toEqual([1, 2]);
    ends[1]?.();
    await running[1];
    await Promise.resolve();
    expect(started).toEqual([1, 2, 3]);
    // One waits: there is room again for one more, and it comes last.
    const late = start(6);
    ends[0]?.();
    ends[2]?.();
    await Promise.all([running[0], running[2]]);
    await Promise.resolve();
    expect(started).toEqual([1, 2, 3, 4, 6]);
    ends[3]?.();
    ends[4]?.();
    expect(await Promise.all([...running, late])).toEqual([1, 2, 3, 4, 6]);
  });

  it('goes on after work that failed', async () => {
    const limit = new WorkLimit(1, 1);
    const failing = limit.run(() => Promise.reject(new Error('no')));
    const next = limit.run(() => Promise.resolve('yes'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
    expect(await limit.run(() => Promise.resolve('again'))).toBe('again');
  });
});
