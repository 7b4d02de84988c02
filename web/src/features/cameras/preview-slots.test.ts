import { describe, expect, it } from 'vitest';
import { assignPreviewSlots, PREVIEW_TURN_MS, type PreviewCandidate } from './preview-slots.ts';

const card = (id: number, startedAtMs?: number, endedAtMs?: number): PreviewCandidate => ({
  id,
  startedAtMs,
  endedAtMs,
});

describe('assignPreviewSlots', () => {
  it('lets all move when there is room', () => {
    expect([...assignPreviewSlots([card(1), card(2)], 6, 0)]).toEqual([1, 2]);
  });

  it('starts from the top of the page', () => {
    expect([...assignPreviewSlots([card(1), card(2), card(3)], 2, 0)]).toEqual([1, 2]);
  });

  it('does not end a turn early', () => {
    const turns = assignPreviewSlots([card(1), card(2, 0), card(3, 0)], 2, PREVIEW_TURN_MS - 1);
    expect([...turns]).toEqual([2, 3]);
  });

  it('passes the turn on to whoever waited longest', () => {
    const cards = [card(1, 0), card(2, undefined, 500), card(3), card(4, undefined, 100)];
    expect([...assignPreviewSlots(cards, 1, PREVIEW_TURN_MS)]).toEqual([3]);
    expect([...assignPreviewSlots(cards, 2, PREVIEW_TURN_MS)]).toEqual([3, 4]);
  });

  it('gives every card a turn in time', () => {
    const seen = new Set<number>();
    let cards = [1, 2, 3, 4, 5].map((id) => card(id));
    for (let nowMs = 0; nowMs < PREVIEW_TURN_MS * 3; nowMs += 3_000) {
      const turns = assignPreviewSlots(cards, 2, nowMs);
      expect(turns.size).toBe(2);
      for (const id of turns) seen.add(id);
      cards = cards.map(({ id, startedAtMs, endedAtMs }) =>
        turns.has(id)
          ? card(id, startedAtMs ?? nowMs)
          : card(id, undefined, startedAtMs === undefined ? endedAtMs : nowMs),
      );
    }
    expect(seen.size).toBe(5);
  });

  it('moves nothing when nothing may', () => {
    expect(assignPreviewSlots([card(1)], 0, 0).size).toBe(0);
  });
});
