import { describe, expect, it } from 'vitest';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { DATABASE_KINDS, openTestDatabase } from '../testing/open-test-database.ts';
import {
  ACCOUNT_RULE,
  ADDRESS_RULE,
  countFailure,
  takeBack,
  waitMs,
  WINDOW_MS,
  type FailureRecord,
  type ThrottleRule,
} from './login-throttle.ts';
import { createLoginThrottleStore } from './login-throttle-store.ts';

const MINUTE = 60_000;

/** What one has to wait after each of `count` failures, `everyMs` apart. */
function waitsAfter(rule: ThrottleRule, count: number, everyMs: number): number[] {
  let record: FailureRecord | undefined;
  let nowMs = 1_000_000_000_000;
  const waits: number[] = [];
  for (let failure = 0; failure < count; failure++) {
    record = countFailure(record, rule, nowMs);
    waits.push(waitMs(record, rule, nowMs));
    nowMs += everyMs;
  }
  return waits;
}

describe('the throttle', () => {
  it('lets an account wait longer each time, then locks it', () => {
    expect(waitsAfter(ACCOUNT_RULE, 5, 10_000)).toEqual([1000, 2000, 4000, 8000, 30 * MINUTE]);
  });

  it('is slower to slow an address, which many people share', () => {
    expect(waitsAfter(ADDRESS_RULE, 10, 10_000)).toEqual([
      0,
      0,
      0,
      1000,
      2000,
      4000,
      8000,
      8000,
      8000,
      60 * MINUTE,
    ]);
  });

  it('counts within 15 minutes only', () => {
    expect(waitsAfter(ACCOUNT_RULE, 8, 4 * MINUTE)).toEqual([1000, 2000, 4000, 8000, 1000, 2000, 4000, 8000]);
  });

  it('keeps a lock for its whole time, then begins anew', () => {
    const nowMs = 1_000_000_000_000;
    const locked: FailureRecord = {
      failures: 5,
      firstAtMs: nowMs - MINUTE,
      lastAtMs: nowMs,
      lockedUntilMs: nowMs + ACCOUNT_RULE.lockMs,
    };
    expect(waitMs(locked, ACCOUNT_RULE, nowMs + WINDOW_MS + MINUTE)).toBe(14 * MINUTE);
    expect(waitMs(locked, ACCOUNT_RULE, nowMs + 30 * MINUTE)).toBe(0);
    expect(countFailure(locked, ACCOUNT_RULE, nowMs + 30 * MINUTE).failures).toBe(1);
  });

  it('locks nobody for longer when the clock is set back by a year', () => {
    const nowMs = 1_000_000_000_000;
    const record = { failures: 2, firstAtMs: nowMs, lastAtMs: nowMs, lockedUntilMs: null };
    const yearAgo = nowMs - 365 * 24 * 60 * MINUTE;
    expect(waitMs(record, ACCOUNT_RULE, yearAgo)).toBe(2000);
    expect(waitMs({ ...record, lockedUntilMs: nowMs }, ACCOUNT_RULE, yearAgo)).toBe(ACCOUNT_RULE.lockMs);
    expect(countFailure(record, ACCOUNT_RULE, yearAgo).failures).toBe(1);
  });

  it('takes one failure back', () => {
    const record = { failures: 3, firstAtMs: 1, lastAtMs: 2, lockedUntilMs: 9 };
    expect(takeBack(record)).toEqual({ failures: 2, firstAtMs: 1, lastAtMs: 2, lockedUntilMs: null });
    expect(takeBack({ ...record, failures: 1 })).toBeUndefined();
  });
});

describe.each(DATABASE_KINDS)('login_failures on %s', (kind) => {
  async function open() {
    const opened = await openTestDatabase(kind);
    const clock = new VirtualClock();
    return { ...opened, clock, throttle: createLoginThrottleStore(opened.database, clock) };
  }
  const account = { key: 'account:x', rule: ACCOUNT_RULE };
  const address = { key: 'address:192.0.2.1', rule: ADDRESS_RULE };

  it('admits one of fifty attempts at once', async () => {
    const opened = await open();
    const { throttle } = opened;
    const results = await Promise.all(Array.from({ length: 50 }, () => throttle.admit([account, address])));
    expect(results.filter(({ admitted }) => admitted)).toHaveLength(1);
    await opened.close();
  }, 30_000);

  it('counts by names that no database can hold', async () => {
    const opened = await open();
    const { throttle } = opened;
    for (const key of ['account:\0', 'account:\ud800 x', 'account:kepala\0']) {
      const strange = { key, rule: ACCOUNT_RULE };
      expect(await throttle.admit([strange])).toEqual({ admitted: true, locked: [] });
      expect(await throttle.admit([strange])).toMatchObject({ admitted: false });
      await throttle.succeed([], [key]);
      expect(await throttle.admit([strange])).toMatchObject({ admitted: true });
      await throttle.succeed([key], []);
      expect(await throttle.admit([strange])).toMatchObject({ admitted: true });
    }
    await opened.close();
  }, 30_000);

  it('counts under no key when one of them refuses, says what it locked, and clears and forgives', async () => {
    const opened = await open();
    const { throttle, clock } = opened;
    for (let failure = 1; failure <= 5; failure++) {
      const result = await throttle.admit([account, address]);
      expect(result).toEqual({ admitted: true, locked: failure === 5 ? ['account:x'] : [] });
      await clock.advance(9000);
    }
    for (let more = 0; more < 20; more++) {
      expect(await throttle.admit([account, address])).toMatchObject({ admitted: false });
    }
    // The refused ones did not count against the address: it has five failures and locks after five more.
    await throttle.succeed([], ['address:192.0.2.1']);
    const other = { key: 'account:y', rule: ACCOUNT_RULE };
    expect(await throttle.admit([other, address])).toMatchObject({ admitted: true, locked: [] });
    await throttle.succeed(['account:x'], []);
    await clock.advance(9000);
    expect(await throttle.admit([account, address])).toMatchObject({ admitted: true });
    expect(await throttle.prune(clock.now() + 1)).toBe(3);
    await opened.close();
  }, 30_000);
});
