import { describe, expect, it } from 'vitest';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { RateLimiter } from './rate-limiter.ts';

const limits = { public: 3, auth: 1, admin: 2, delivery: 5 };

describe('RateLimiter', () => {
  it('counts down, refuses with the time to wait, and begins anew after a minute', async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter({ clock, limits });
    expect(limiter.take('a', 'public')).toEqual({
      allowed: true,
      limit: 3,
      remaining: 2,
      resetS: 60,
      retryAfterS: 0,
    });
    limiter.take('a', 'public');
    await clock.advance(15_500);
    expect(limiter.take('a', 'public')).toMatchObject({ allowed: true, remaining: 0, resetS: 45 });
    const refused = { allowed: false, limit: 3, remaining: 0, resetS: 45, retryAfterS: 45 };
    expect(limiter.take('a', 'public')).toEqual(refused);
    await clock.advance(44_499);
    expect(limiter.take('a', 'public')).toMatchObject({ allowed: false, retryAfterS: 1 });
    await clock.advance(1);
    expect(limiter.take('a', 'public')).toMatchObject({ allowed: true, remaining: 2, resetS: 60 });
  });

  it('does not extend the window for who goes on asking', async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter({ clock, limits });
    for (let second = 0; second < 60; second++) {
      limiter.take('a', 'auth');
      await clock.advance(1000);
    }
    expect(limiter.take('a', 'auth').allowed).toBe(true);
  });

  it('keeps keys and tiers apart', () => {
    const limiter = new RateLimiter({ clock: new VirtualClock(), limits });
    limiter.take('a', 'auth');
    expect(limiter.take('a', 'auth').allowed).toBe(false);
    expect(limiter.take('b', 'auth').allowed).toBe(true);
    expect(limiter.take('a', 'admin').allowed).toBe(true);
  });

  it('follows no step of the wall clock', () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter({ clock, limits });
    limiter.take('a', 'auth');
    clock.stepWall(3_600_000);
    expect(limiter.take('a', 'auth').allowed).toBe(false);
  });

  it('forgets the oldest key when there are too many, and no other', () => {
    const limiter = new RateLimiter({ clock: new VirtualClock(), limits, maxKeys: 3 });
    for (const key of ['a', 'b', 'c', 'd']) limiter.take(key, 'auth');
    expect(['b', 'c', 'd'].map((key) => limiter.take(key, 'auth').allowed)).toEqual([false, false, false]);
    expect(limiter.take('a', 'auth').allowed).toBe(true);
  });
});
