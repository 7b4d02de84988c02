import { describe, expect, it } from 'vitest';
import { systemClock } from '@pantau/base/clock';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { PasswordStrengthThread } from './password-strength.ts';

describe('PasswordStrengthThread', () => {
  it('gives the lowest score, in the order of the questions', async () => {
    await using strength = new PasswordStrengthThread(systemClock);
    const scores = await Promise.all([
      strength.score(['7Kd!mQz2pWx9'], []),
      strength.score(['aaaaaaaaaaaa'], []),
      strength.score(['7Kd!mQz2pWx9', 'aaaaaaaaaaaa'], []),
      strength.score(['Xqzvkwjy'], []),
      strength.score(['Xqzvkwjy'], ['xqzvkwjy']),
    ]);
    expect(scores).toEqual([4, 0, 0, 2, 0]);
  });

  it('leaves the main thread free while it works', async () => {
    await using strength = new PasswordStrengthThread(systemClock);
    let turns = 0;
    let done = false;
    const count = () => {
      turns++;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    await strength.score(['4@8(6{[<3€1!|07$5+2%'], []);
    done = true;
    // The answer comes by a message, so there is at least the turn that brought it.
    expect(turns).toBeGreaterThan(0);
  });

  it('refuses when too many wait', async () => {
    await using strength = new PasswordStrengthThread(systemClock);
    const asked = Array.from({ length: 17 }, () => strength.score(['aaaaaaaaaaaa'], []));
    await expect(strength.score(['aaaaaaaaaaaa'], [])).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 17 }, () => 0));
  });

  it('ends the thread after a minute without questions and starts another when asked', async () => {
    const clock = new VirtualClock();
    await using strength = new PasswordStrengthThread(clock);
    expect(await strength.score(['aaaaaaaaaaaa'], [])).toBe(0);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(60_000);
    expect(clock.pendingTimers).toBe(0);
    expect(strength.isRunning).toBe(false);
    expect(await strength.score(['aaaaaaaaaaaa'], [])).toBe(0);
    expect(strength.isRunning).toBe(true);
  });

  it('gives up on an answer that does not come', async () => {
    const clock = new VirtualClock();
    await using strength = new PasswordStrengthThread(clock);
    const asked = strength.score(['4@8(6{[<3€1!|07$5+2%'], []);
    const refused = expect(asked).rejects.toMatchObject({ kind: 'unavailable', code: 'OVERLOADED' });
    // Long before the thread has loaded its dictionaries.
    await clock.advance(20_000);
    await refused;
    expect(strength.isRunning).toBe(false);
    expect(await strength.score(['aaaaaaaaaaaa'], [])).toBe(0);
  });

  it('fails what runs and what comes when it is closed', async () => {
    const strength = new PasswordStrengthThread(systemClock);
    const asked = strength.score(['aaaaaaaaaaaa'], []);
    const refused = expect(asked).rejects.toMatchObject({ code: 'STOPPING' });
    await strength[Symbol.asyncDispose]();
    await refused;
    await expect(strength.score(['aaaaaaaaaaaa'], [])).rejects.toMatchObject({ code: 'STOPPING' });
  });
});
