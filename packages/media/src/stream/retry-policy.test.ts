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
  it('doubles from 1 s to 60 s', () => {
    const { waits } = failures(new RetryPolicy(() => 0), 'SOURCE_UNREACHABLE', 8);
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((s) => s * 1000));
  });

  it('waits ten minutes after the second refused login, and hurries for nobody', () => {
    const policy = new RetryPolicy(() => 0);
    const { waits, nowMs } = failures(policy, 'SOURCE_UNAUTHORIZED', 3);
    expect(waits).toEqual([1000, 10 * MINUTE, 10 * MINUTE]);
    expect(policy.mayHurry(nowMs - 1)).toBe(false);
  });

  it('makes at most 12 attempts an hour once dead, even with somebody waiting', () => {
    const policy = new RetryPolicy(() => 0);
    let nowMs = 0;
    const attempts: number[] = [];
    for (; nowMs < 180 * MINUTE; nowMs += 1000) {
      if (policy.waitMs(nowMs) > 0 && !policy.mayHurry(nowMs)) continue;
      attempts.push(nowMs);
      policy.attempt(nowMs);
      policy.failed('SOURCE_UNREACHABLE', nowMs);
    }
    const inHour = (from: number) => attempts.filter((at) => at >= from && at < from + 60 * MINUTE).length;
    expect(inHour(40 * MINUTE)).toBeLessThanOrEqual(12);
    expect(inHour(120 * MINUTE)).toBeLessThanOrEqual(12);
    expect(inHour(120 * MINUTE)).toBeGreaterThanOrEqual(6);
    expect(
      attempts
        .filter((at) => at < 5 * MINUTE)
        .every((at, i, all) => i < 4 || at - (all[i - 1] ?? 0) <= 10_000),
    ).toBe(true);
  });

  it('lets a viewer shorten a long wait, but not within 10 s of the last attempt', () => {
    const policy = new RetryPolicy(() => 0);
    const { nowMs } = failures(policy, 'SOURCE_TIMEOUT', 6);
    const lastMs = nowMs - 32_000;
    expect(policy.mayHurry(lastMs + 9_999)).toBe(false);
    expect(policy.mayHurry(lastMs + 10_000)).toBe(true);
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
});
