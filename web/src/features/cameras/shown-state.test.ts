import { expect, it } from 'vitest';
import { shownState } from './shown-state.ts';

it.each([
  ['live', true, true, 'live'],
  ['live', false, true, 'connecting'],
  // Its player gave up: no decoder for the codec.
  ['live', false, false, 'idle'],
  ['idle', false, true, 'connecting'],
  ['offline', false, true, 'offline'],
  ['offline', true, false, 'offline'],
  ['maintenance', false, false, 'maintenance'],
] as const)('%s, fresh %s, opening %s: %s', (state, isFresh, isOpening, shown) => {
  expect(shownState(state, isFresh, isOpening)).toBe(shown);
});
