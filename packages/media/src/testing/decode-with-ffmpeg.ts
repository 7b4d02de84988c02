/** Lets an independent decoder judge what this folder encodes. For tests; skip them where there is no ffmpeg. */
import { spawnSync } from 'node:child_process';

export const hasFfmpeg = spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status === 0;

export interface DecodedPictures {
  /** The luma plane of each picture, row by row. */
  readonly luma: readonly Buffer[];
  /** What ffmpeg complained about; empty when all is well. */
  readonly complaints: string;
}

/** Decodes an Annex B stream of `width`×`height` pictures. */
export function decodeWithFfmpeg(annexB: Buffer, width: number, height: number): DecodedPictures {
  const flags = ['-v', 'warning', '-err_detect', 'explode', '-f', 'h264', '-i', 'pipe:0'];
  const run = spawnSync('ffmpeg', [...flags, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', 'pipe:1'], {
    input: annexB,
    maxBuffer: 1 << 30,
  });
  const size = (width * height * 3) / 2;
  const luma: Buffer[] = [];
  for (let at = 0; at + size <= run.stdout.length; at += size)
    luma.push(run.stdout.subarray(at, at + width * height));
  return { luma, complaints: run.stderr.toString() };
}
