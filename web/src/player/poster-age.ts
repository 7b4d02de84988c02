/** How old a still picture is, and from when on it must not look alive. */
import type { StreamStateName } from '@pantau/contract/stream';

/** The server takes one a minute and tells of it within another; what is twice as old is no longer of now. */
const OLD_AFTER_S = 300;

/** @param nowMs of this device: a clock that is behind makes no picture of the future. */
export function posterAgeS(takenAt: string, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - Date.parse(takenAt)) / 1000));
}

export function isPosterOld(ageS: number, state: StreamStateName): boolean {
  return ageS >= OLD_AFTER_S || state === 'offline';
}
