import { describe, expect, it } from 'vitest';
import { RetryPolicy } from './retry-policy.ts';

const MINUTE = 60_000;

/** Waits after each of `count` failures in a row, each attempt made when it is due. */
function failures(
  policy: RetryPolicy,
  code: Parameters<RetryPolicy['failed']>[0],
  count: number,
  startMs = 0,
) {
  const waits: number[] = [];
  let nowMs = startMs;
  for (let attempt = 0; attempt < count; attempt++) {
    policy.attempt(nowMs);
    policy.failed(code, nowMs);
    waits.push(policy.waitMs(nowMs));
    nowMs += policy.waitMs(nowMs);
  }
  return { waits, nowMs };
}

describe('RetryPolicy', () => {
  it('doubles from 1 s to 60 s at most', () => {
    const { waits } = failures(new RetryPolicy(() => 0), 'SOURCE_UNREACHABLE', 8);
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((s) => s * 1000));
  });

  it('has full jitter, down to half a second', () => {
    expect(failures(new RetryPolicy(() => 0.999_999), 'SOURCE_UNREACHABLE', 8).waits).toEqual(
      Array(8).fill(500),
    );
    const middle = failures(new RetryPolicy(() => 0.5), 'SOURCE_UNREACHABLE', 7).waits;
    expect(middle).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000]);
  });

  it('waits half an hour after the second refused login, and hurries for nobody', () => {
    const policy = new RetryPolicy(() => 0);
    const { waits, nowMs } = failures(policy, 'SOURCE_UNAUTHORIZED', 3);
    expect(waits).toEqual([1000, 30 * MINUTE, 30 * MINUTE]);
    expect(policy.hurry(nowMs - 1, 'wish')).toBe(false);
    expect(policy.hurry(nowMs - 1, 'sign')).toBe(false);
    expect(policy.hurry(nowMs, 'wish')).toBe(true);
  });

  it('lets a viewer shorten a long wait, but not within 10 s of the last attempt', () => {
    const policy = new RetryPolicy(() => 0);
    const { nowMs } = failures(policy, 'SOURCE_TIMEOUT', 6);
    const lastMs = nowMs - 32_000;
    expect(policy.hurry(lastMs + 9_999, 'wish')).toBe(false);
    expect(policy.waitMs(lastMs + 9_999)).toBeGreaterThan(0);
    expect(policy.hurry(lastMs + 10_000, 'wish')).toBe(true);
    expect(policy.waitMs(lastMs + 10_000)).toBe(0);
  });

  it('believes a sign of life after a second, and after vain ones later and later', () => {
    const policy = new RetryPolicy(() => 0);
    let { nowMs } = failures(policy, 'SOURCE_TIMEOUT', 6);
    nowMs -= 32_000;
    const spacings: number[] = [];
    for (let sign = 0; sign < 6; sign++) {
      let spacing = 0;
      while (!policy.hurry(nowMs + spacing, 'sign')) spacing += 100;
      spacings.push(spacing);
      nowMs += spacing;
      policy.attempt(nowMs);
      policy.failed('SOURCE_TIMEOUT', nowMs);
    }
    expect(spacings).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  it('keeps a least wait whoever wishes', () => {
    const policy = new RetryPolicy(() => 0);
    policy.attempt(0);
    policy.failed('SOURCE_REFUSED', 0, MINUTE);
    expect(policy.waitMs(0)).toBe(MINUTE);
    expect(policy.hurry(MINUTE - 1, 'wish')).toBe(false);
    expect(policy.hurry(MINUTE - 1, 'sign')).toBe(false);
  });

  it('parked: wishes are heard three times in an hour, signs of life are left three attempts of twelve', () => {
    const policy = new RetryPolicy(() => 0);
    policy.noteFailing(0);
    let nowMs = 30 * MINUTE;
    policy.attempt(nowMs);
    policy.failed('SOURCE_TIMEOUT', nowMs);
    expect(policy.isParked(nowMs)).toBe(true);
    const from = nowMs;
    const attempts = [nowMs];
    for (; nowMs < from + 59 * MINUTE; nowMs += 1000) {
      if (policy.waitMs(nowMs) > 0 && !policy.hurry(nowMs, 'wish')) continue;
      attempts.push(nowMs);
      policy.attempt(nowMs);
      policy.failed('SOURCE_TIMEOUT', nowMs);
    }
    expect(attempts.slice(0, 4).map((at) => (at - from) / 1000)).toEqual([0, 10, 30, 70]);
    expect(attempts.length).toBeLessThanOrEqual(9);
    for (let sign = 0; sign < 5; sign++) {
      nowMs += 5_000;
      if (!policy.hurry(nowMs, 'sign')) continue;
      attempts.push(nowMs);
      policy.attempt(nowMs);
      policy.failed('SOURCE_TIMEOUT', nowMs);
    }
    expect(attempts.length).toBeLessThanOrEqual(12);
    expect(attempts.length).toBeGreaterThanOrEqual(11);
  });

  it('is not parked by the time in which nobody wanted it', () => {
    const policy = new RetryPolicy(() => 0);
    const { nowMs } = failures(policy, 'SOURCE_TIMEOUT', 3);
    policy.rest(nowMs);
    expect(policy.isParked(nowMs + 60 * MINUTE)).toBe(false);
    policy.resume(nowMs + 60 * MINUTE);
    expect(policy.isParked(nowMs + 80 * MINUTE)).toBe(false);
    expect(policy.isParked(nowMs + 90 * MINUTE)).toBe(true);
  });

  it('starts over after the camera was live for a while, not after a flicker', () => {
    const policy = new RetryPolicy(() => 0);
    failures(policy, 'SOURCE_CLOSED', 4);
    policy.attempt(100_000);
    policy.wasLive(500);
    policy.failed('SOURCE_CLOSED', 100_500);
    expect(policy.waitMs(100_500)).toBe(16_000);
    policy.attempt(200_000);
    policy.wasLive(60_000);
    policy.failed('SOURCE_CLOSED', 260_000);
    expect(policy.waitMs(260_000)).toBe(1000);
  });

  it('does not hammer where a retry mends nothing', () => {
    const policy = new RetryPolicy(() => 0);
    policy.attempt(0);
    policy.failed('CODEC_UNSUPPORTED', 0);
    expect(policy.waitMs(0)).toBe(30_000);
  });

  it('counts the attempts of the last hour, and remembers a bounded number', () => {
    const policy = new RetryPolicy(() => 0);
    for (let attempt = 0; attempt < 10_000; attempt++) policy.attempt(attempt * 1000);
    expect(policy.attemptsLastHour(10_000_000)).toBe(400);
    expect(policy.attemptsLastHour(10_000_000 + 60 * MINUTE)).toBe(0);
  });
});
