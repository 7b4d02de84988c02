import type { StreamStateName } from '@pantau/contract/stream';

/**
 * The word on a card goes with what is shown there: without a fresh picture a camera that is well is not "live" here, but on its
 * way or ready. @param isOpening its player tries; not when it gave up, as where the device has no decoder for the codec.
 */
export function shownState(state: StreamStateName, isFresh: boolean, isOpening: boolean): StreamStateName {
  if (state === 'offline' || state === 'maintenance' || isFresh) return state;
  return isOpening ? 'connecting' : 'idle';
}
