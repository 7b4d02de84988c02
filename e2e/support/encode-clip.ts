/** Clips for the fake camera, encoded by ffmpeg as a test wants them. */
import { spawnSync } from 'node:child_process';
import { parseClipVideo, type Clip } from '@pantau/media/testing/clip';
import { parseH265ClipVideo } from '@pantau/media/testing/h265-clip';

export interface ClipToEncode {
  readonly codec: 'h264' | 'h265';
  /** `1920x1080` */
  readonly size: string;
  /** Of H.264. */
  readonly profile?: 'baseline' | 'main' | 'high';
  readonly fps?: number;
  /** Length of the loop. */
  readonly seconds: number;
  /** Seconds from key frame to key frame. Default 1. */
  readonly gopSeconds?: number;
}

/** A clip of 25 fps, unless said otherwise. @throws Error with ffmpeg's words when it cannot. */
export function encodeClip({ codec, size, profile, fps = 25, seconds, gopSeconds = 1 }: ClipToEncode): Clip {
  const gop = Math.round(gopSeconds * fps);
  const encoder =
    codec === 'h264'
      ? ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '0', '-profile:v', profile ?? 'high', '-f', 'h264']
      : ['-c:v', 'libx265', '-preset', 'ultrafast', '-f', 'hevc'];
  const params = `keyint=${gop}:min-keyint=${gop}:scenecut=0`;
  const quiet =
    codec === 'h264' ? ['-x264-params', params] : ['-x265-params', `${params}:bframes=0:log-level=error`];
  const source = [
    '-f',
    'lavfi',
    '-i',
    `testsrc2=size=${size}:rate=${fps}:duration=${seconds}`,
    '-pix_fmt',
    'yuv420p',
  ];
  const { stdout, stderr, status } = spawnSync(
    'ffmpeg',
    ['-v', 'error', ...source, ...encoder.slice(0, -2), ...quiet, ...encoder.slice(-2), 'pipe:1'],
    { maxBuffer: 1 << 28 },
  );
  if (status !== 0) throw new Error(`ffmpeg could not encode the clip: ${stderr.toString()}`);
  const parse = codec === 'h264' ? parseClipVideo : parseH265ClipVideo;
  return { video: parse(stdout, fps), audio: undefined };
}
