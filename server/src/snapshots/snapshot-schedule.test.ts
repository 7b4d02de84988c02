import { describe, expect, it } from 'vitest';
import type { StreamState } from '@pantau/media';
import { nextSnapshotMs, type SnapshotHistory } from './snapshot-schedule.ts';

const INTERVALS = { pulledMs: 60_000, watchedMs: 5_000, restingMs: 600_000 };
const NEW: SnapshotHistory = {
  sinceMs: 1_000,
  lastTryMs: undefined,
  failures: 0,
  hasPicture: false,
  isWanted: false,
};
const TAKEN: SnapshotHistory = { ...NEW, lastTryMs: 100_000, hasPicture: true };
const HOUR = 3_600_000;

describe('when the next picture of a camera is due', () => {
  it.each<[string, StreamState, number, SnapshotHistory, number | undefined]>([
    ['live, new', 'live', 0, NEW, 1_000],
    ['live, with a picture of an earlier life', 'live', 0, { ...NEW, hasPicture: true }, 1_000],
    ['live, unwatched', 'live', 0, TAKEN, 160_000],
    ['live, watched', 'live', 3, TAKEN, 105_000],
    ['live, failed once', 'live', 0, { ...TAKEN, failures: 1 }, 220_000],
    ['live, watched, failed often', 'live', 1, { ...TAKEN, failures: 99 }, 100_000 + HOUR],
    ['at rest, new: once', 'idle', 0, NEW, 1_000],
    ['at rest, nobody looked', 'idle', 0, TAKEN, undefined],
    ['at rest, somebody looked', 'idle', 0, { ...TAKEN, isWanted: true }, 700_000],
    [
      'at rest, of an earlier life, somebody looked',
      'idle',
      0,
      { ...NEW, hasPicture: true, isWanted: true },
      1_000,
    ],
    [
      'at rest, never a picture, failed',
      'idle',
      0,
      { ...TAKEN, hasPicture: false, failures: 2 },
      100_000 + 2_400_000,
    ],
    ['connecting', 'connecting', 1, TAKEN, undefined],
    ['in trouble', 'retrying', 1, { ...TAKEN, isWanted: true }, undefined],
    ['stopped', 'stopped', 0, NEW, undefined],
  ])('%s', (_name, state, viewers, history, expected) => {
    expect(nextSnapshotMs({ state, viewers }, history, INTERVALS)).toBe(expected);
  });

  it('a camera that rests is never pulled when the operator says so', () => {
    const intervals = { ...INTERVALS, restingMs: undefined };
    for (const history of [NEW, { ...TAKEN, isWanted: true }])
      expect(nextSnapshotMs({ state: 'idle', viewers: 0 }, history, intervals)).toBeUndefined();
  });

  it('a camera that rests and fails is left alone for ten minutes at least, whatever the setting', () => {
    const intervals = { ...INTERVALS, restingMs: 60_000 };
    const failed = { ...TAKEN, hasPicture: false, failures: 1 };
    expect(nextSnapshotMs({ state: 'idle', viewers: 0 }, failed, intervals)).toBe(100_000 + 1_200_000);
  });
});
