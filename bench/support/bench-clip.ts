/** Clips with the bit rate of a real camera, drawn by ffmpeg once and kept in `bench/.cache`. */
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../e2e/support/child.ts';

const CACHE = join(import.meta.dirname, '..', '.cache');

export interface BenchClip {
  readonly path: string;
  readonly fps: number;
  readonly kbps: number;
}

/**
 * 1080p25, constant bit rate, 2 s GOP, no B-frames, 10 s that loop: an Annex-B elementary stream.
 * @throws Error when ffmpeg is missing or fails.
 */
export async function getBenchClip(kbps = 2_000): Promise<BenchClip> {
  const path = join(CACHE, `1080p25-${kbps}k.h264`);
  if (!existsSync(path)) {
    await mkdir(CACHE, { recursive: true });
    const rate = `${kbps}k`;
    const args = ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=size=1920x1080:rate=25', '-t', '10'];
    args.push(
      '-vf',
      'noise=alls=6:allf=t,format=yuv420p',
      '-c:v',
      'libx264',
      '-profile:v',
      'high',
      '-preset',
      'veryfast',
    );
    args.push('-b:v', rate, '-minrate', rate, '-maxrate', rate, '-bufsize', rate);
    args.push(
      '-x264-params',
      'keyint=50:min-keyint=50:scenecut=0:bframes=0:repeat-headers=1:nal-hrd=cbr:filler=1',
    );
    args.push('-f', 'h264', `${path}.part`);
    const { code, stderr } = await runCommand('ffmpeg', { args, timeoutMs: 180_000 });
    if (code !== 0) throw new Error(`ffmpeg could not make the clip: ${stderr}`);
    await rename(`${path}.part`, path);
  }
  return { path, fps: 25, kbps };
}
