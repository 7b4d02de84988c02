/** Proves that a clip has the shape the simulator relies on; throws with the first thing that is wrong. */
import { readFile } from 'node:fs/promises';
import type { Clip } from './clips.ts';

const SLICES = 15;
const MACROBLOCKS_PER_SLICE = 3 * 80;
const NAL = { slice: 1, idr: 5, sps: 7 } as const;
/** ITU-T H.264 A.2.1: profile_idc 66 with constraint_set1_flag is Constrained Baseline. */
const BASELINE = 66;
const CONSTRAINT_SET1 = 0x40;

/** NAL units of an Annex B stream, without their start codes. */
function splitNals(bytes: Buffer): Buffer[] {
  const starts: number[] = [];
  for (let at = bytes.indexOf('000001', 0, 'hex'); at >= 0; at = bytes.indexOf('000001', at + 3, 'hex'))
    starts.push(at + 3);
  return starts.map((start, i) => {
    let end = i + 1 < starts.length ? starts[i + 1] - 3 : bytes.length;
    while (end > start && bytes[end - 1] === 0) end--;
    return bytes.subarray(start, end);
  });
}

/** The first Exp-Golomb value of a slice header: `first_mb_in_slice`. */
function readFirstMacroblock(nal: Buffer): number {
  const bits = [...nal.subarray(1, 8)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const zeros = bits.indexOf('1');
  return Number.parseInt(bits.slice(zeros, zeros * 2 + 1), 2) - 1;
}

export async function checkClip(clip: Clip, file: string): Promise<void> {
  const bytes = await readFile(file);
  const nals = splitNals(bytes);
  const sps = nals.find((nal) => (nal[0] & 31) === NAL.sps);
  if (sps === undefined) throw new Error(`${clip.name}: no SPS`);
  if (sps[1] !== BASELINE || (sps[2] & CONSTRAINT_SET1) === 0)
    throw new Error(`${clip.name}: not Constrained Baseline`);
  const slices = nals.filter((nal) => (nal[0] & 31) === NAL.slice || (nal[0] & 31) === NAL.idr);
  const frames = clip.fps * clip.seconds;
  if (slices.length !== frames * SLICES)
    throw new Error(`${clip.name}: ${slices.length} slices, not ${frames} x ${SLICES}`);
  slices.forEach((nal, i) => {
    const expected = (i % SLICES) * MACROBLOCKS_PER_SLICE;
    const first = readFirstMacroblock(nal);
    if (first !== expected)
      throw new Error(`${clip.name}: slice ${i} starts at macroblock ${first}, not ${expected}`);
    const idr = Math.floor(i / SLICES) % (clip.fps * 2) === 0;
    if (((nal[0] & 31) === NAL.idr) !== idr)
      throw new Error(
        `${clip.name}: frame ${Math.floor(i / SLICES)} should ${idr ? '' : 'not '}be a keyframe`,
      );
  });
  const kbits = (bytes.length * 8) / clip.seconds / 1000;
  process.stdout.write(
    `${clip.name}: ${frames} frames, ${slices.length} slices, ${(bytes.length / 1e6).toFixed(2)} MB, ${kbits.toFixed(0)} kbit/s\n`,
  );
}
