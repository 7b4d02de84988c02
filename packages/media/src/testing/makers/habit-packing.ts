/** NAL units of an H.264 picture as a maker arranges them, before they are put into packets. */
import type { PackingHabits } from './habits.ts';

const DELIMITER = Buffer.from([9, 0xf0]);
const START_CODE = Buffer.from([0, 0, 0, 1]);

/** `sets`: SPS and PPS of a key frame. @returns what goes before the slices when parameter sets are sent, and the picture itself. */
export function arrangePicture(
  sets: readonly Buffer[] | undefined,
  nals: readonly Buffer[],
  habits: PackingHabits,
): { readonly sets: readonly Buffer[] | undefined; readonly picture: readonly Buffer[] } {
  const delimiter = habits.delimiter ? [DELIMITER] : [];
  const sei = habits.sei === undefined ? [] : [habits.sei];
  if (sets === undefined) return { sets: undefined, picture: [...delimiter, ...sei, ...nals] };
  const spelled = sets.map((set) => withParameterSetBits(set, habits));
  if (!habits.annexB) return { sets: [...delimiter, ...spelled, ...sei], picture: nals };
  const joined = [...spelled, ...nals].flatMap((nal, at) => (at === 0 ? [nal] : [START_CODE, nal]));
  return { sets: undefined, picture: [Buffer.concat(joined)] };
}

/** A parameter set with the nal_ref_idc that the camera gives it. */
export function withParameterSetBits(set: Buffer, { parameterSetBits }: PackingHabits): Buffer {
  if (parameterSetBits === undefined) return set;
  const copy = Buffer.from(set);
  copy[0] = parameterSetBits | ((set[0] ?? 0) & 31);
  return copy;
}
