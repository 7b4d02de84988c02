/**
 * What makes guessing slow: who may try to prove themselves now, and who must wait. An attempt counts before it is judged, so
 * that a hundred at once are one attempt and ninety-nine refusals; success takes it back.
 *
 *   failures    1   2   3   4   5 within 15 min
 *   then wait  1 s 2 s 4 s 8 s  30 min          an account name
 *   an address: no wait for three, then the same, and 60 min at 10
 */

export interface ThrottleRule {
  /** Failures within the window that lock. */
  readonly limit: number;
  readonly lockMs: number;
  /** Failures that cost no wait. */
  readonly free: number;
}

export const ACCOUNT_RULE: ThrottleRule = { limit: 5, lockMs: 30 * 60_000, free: 0 };
/** Whole villages share an address behind their provider's NAT: one clumsy neighbour must not slow the others. */
export const ADDRESS_RULE: ThrottleRule = { limit: 10, lockMs: 60 * 60_000, free: 3 };

/** Failures older than this are forgotten. */
export const WINDOW_MS = 15 * 60_000;
const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 8000;

/** What is remembered of failures under one key. */
export interface FailureRecord {
  readonly failures: number;
  /** UTC ms. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly lockedUntilMs: number | null;
}

/** @returns ms until the next attempt is admitted; 0: now. */
export function waitMs(record: FailureRecord | undefined, rule: ThrottleRule, nowMs: number): number {
  if (record === undefined) return 0;
  // A clock that was set back must not lock anybody for longer than the rule says.
  if (record.lockedUntilMs !== null) return clamp(record.lockedUntilMs - nowMs, rule.lockMs);
  const counted = record.failures - rule.free;
  if (counted <= 0 || nowMs - record.lastAtMs > WINDOW_MS) return 0;
  const pauseMs = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (counted - 1));
  return clamp(record.lastAtMs + pauseMs - nowMs, pauseMs);
}

/** The record after one more failure. */
export function countFailure(
  record: FailureRecord | undefined,
  rule: ThrottleRule,
  nowMs: number,
): FailureRecord {
  const isFresh =
    record === undefined || record.lockedUntilMs !== null || Math.abs(nowMs - record.firstAtMs) > WINDOW_MS;
  const failures = isFresh ? 1 : record.failures + 1;
  return {
    failures,
    firstAtMs: isFresh ? nowMs : record.firstAtMs,
    lastAtMs: nowMs,
    lockedUntilMs: failures >= rule.limit ? nowMs + rule.lockMs : null,
  };
}

/** The record after the last failure turned out to be a success; undefined when nothing is left. */
export function takeBack(record: FailureRecord): FailureRecord | undefined {
  return record.failures <= 1 ? undefined : { ...record, failures: record.failures - 1, lockedUntilMs: null };
}

function clamp(valueMs: number, maxMs: number): number {
  return Math.min(Math.max(0, valueMs), maxMs);
}
