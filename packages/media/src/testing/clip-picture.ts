/** A picture of a clip, and how the NAL units of a clip's file are told apart. */

export interface ClipPicture {
  /** H.264: SEI, slices and filler in order, without start codes, parameter sets and delimiters. H.265: slices. */
  readonly nals: readonly Buffer[];
  /** True for an IDR picture; in H.265 also for a CRA. */
  readonly keyframe: boolean;
  /** Place in order of presentation within the clip, 0 first; equals its index when the clip has no B-pictures. */
  readonly displayIndex: number;
}

const START_CODE = Buffer.from([0, 0, 1]);

/** Splits at start codes of three or four bytes. */
export function splitAnnexB(bytes: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  let start = -1;
  for (let at = bytes.indexOf(START_CODE); at >= 0; at = bytes.indexOf(START_CODE, at + 3)) {
    if (start >= 0) pushNal(nals, bytes, start, at);
    start = at + 3;
  }
  if (start >= 0) pushNal(nals, bytes, start, bytes.length);
  return nals;
}

/** Zero bytes before the next start code belong to it (trailing_zero_8bits), not to the NAL unit. */
function pushNal(nals: Buffer[], bytes: Buffer, start: number, end: number): void {
  let last = end;
  while (last > start && bytes[last - 1] === 0) last--;
  if (last > start) nals.push(bytes.subarray(start, last));
}
