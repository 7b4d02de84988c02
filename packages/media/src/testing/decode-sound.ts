/** Lets an independent decoder judge a file's sound. For tests; skip them where there is no ffmpeg. */
import { spawnSync } from 'node:child_process';

export interface DecodedSound {
  /** 16-bit samples, channels mixed sample by sample. */
  readonly samples: Int16Array;
  /** What ffmpeg complained about; empty when all is well. */
  readonly complaints: string;
}

/** Decodes the sound of an MP4, or of a file or URL by its name. @param seconds at most so much of it. */
export function decodeSound(input: Buffer | string, seconds?: number): DecodedSound {
  const from = typeof input === 'string' ? input : 'pipe:0';
  const limit = seconds === undefined ? [] : ['-t', String(seconds)];
  const flags = ['-v', 'error', '-xerror', '-i', from, ...limit, '-map', '0:a'];
  const run = spawnSync('ffmpeg', [...flags, '-f', 's16le', '-c:a', 'pcm_s16le', 'pipe:1'], {
    ...(typeof input === 'string' ? {} : { input }),
    maxBuffer: 1 << 30,
  });
  const count = run.stdout.length >> 1;
  const samples = Int16Array.from({ length: count }, (_, at) => run.stdout.readInt16LE(at * 2));
  return { samples, complaints: run.stderr.toString() };
}
