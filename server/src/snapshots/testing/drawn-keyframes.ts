/** Key frames that ffmpeg encodes, and what ffmpeg itself sees in them: an independent peer of the decoder. */
import { spawnSync } from 'node:child_process';
import type { Keyframe, VideoConfig } from '@pantau/media';

export const hasFfmpeg = spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status === 0;

export interface DrawnKeyframe {
  readonly keyframe: Keyframe;
  /** The same picture decoded by ffmpeg, scaled to `width`×`height`, RGB. */
  readonly decode: (width: number, height: number) => Buffer;
}

export interface DrawnOptions {
  readonly codec?: 'h264' | 'h265';
  readonly width?: number;
  readonly height?: number;
  readonly pixelFormat?: string;
  /** A lavfi source without its size. */
  readonly scene?: string;
  readonly colour?: VideoConfig['colour'];
}

/** @throws Error when ffmpeg cannot encode it. */
export function drawKeyframe(options: DrawnOptions = {}): DrawnKeyframe {
  const {
    codec = 'h264',
    width = 1920,
    height = 1080,
    pixelFormat = 'yuv420p',
    scene = 'testsrc2',
  } = options;
  const { colour } = options;
  const encoder =
    codec === 'h264' ? ['libx264'] : ['libx265', '-tag:v', 'hvc1', '-x265-params', 'log-level=none'];
  const matrix = { 1: 'bt709', 6: 'smpte170m' }[colour?.matrix ?? 0];
  const scale = `scale=out_range=${colour?.fullRange === true ? 'full' : 'limited'}:out_color_matrix=${matrix ?? (height >= 720 ? 'bt709' : 'smpte170m')}`;
  const mp4 = run([
    '-f',
    'lavfi',
    '-i',
    `${scene}=size=${width}x${height}:rate=1`,
    '-frames:v',
    '1',
    '-vf',
    `${scale},format=${pixelFormat}`,
    ...(matrix === undefined ? [] : ['-colorspace', matrix]),
    ...(colour?.fullRange === true ? ['-color_range', 'pc'] : []),
    '-c:v',
    ...encoder,
    '-preset',
    'ultrafast',
    '-f',
    'mp4',
    '-movflags',
    'frag_keyframe+empty_moov+default_base_moof',
    'pipe:1',
  ]);
  const decoderConfig = boxPayload(mp4, codec === 'h264' ? 'avcC' : 'hvcC');
  const profile = decoderConfig.subarray(1, 4).toString('hex');
  const config: VideoConfig = {
    kind: 'video',
    codec,
    codecString: codec === 'h264' ? `avc1.${profile}` : `hvc1.${decoderConfig.readUInt8(1) & 31}.6.L93.B0`,
    timescale: 90_000,
    width,
    height,
    sampleAspectRatio: [1, 1],
    announcedFps: undefined,
    colour,
    maxReorder: 0,
    decoderConfig,
  };
  const matrixIn = matrix ?? (height >= 720 ? 'bt709' : 'smpte170m');
  const rangeIn = colour?.fullRange === true ? 'full' : 'limited';
  return {
    keyframe: { config, data: boxPayload(mp4, 'mdat'), wallMs: Date.UTC(2026, 0, 1) },
    decode: (outWidth, outHeight) =>
      run(
        [
          '-i',
          'pipe:0',
          '-vf',
          `scale=${outWidth}:${outHeight}:flags=area:in_color_matrix=${matrixIn}:in_range=${rangeIn}`,
          '-pix_fmt',
          'rgb24',
          '-f',
          'rawvideo',
          'pipe:1',
        ],
        mp4,
      ),
  };
}

/** RGB of an encoded picture. */
export function decodePicture(bytes: Buffer): Buffer {
  return run(['-i', 'pipe:0', '-pix_fmt', 'rgb24', '-f', 'rawvideo', 'pipe:1'], bytes);
}

/** Mean of the absolute differences of the samples. */
export function meanDifference(a: Buffer, b: Buffer): number {
  if (a.length !== b.length) throw new Error(`${a.length} samples against ${b.length}`);
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += Math.abs((a[at] ?? 0) - (b[at] ?? 0));
  return sum / a.length;
}

/** The payload of the first box of this type, wherever it stands. */
function boxPayload(file: Buffer, type: string): Buffer {
  const at = file.indexOf(type, 0, 'latin1');
  if (at < 4) throw new Error(`ffmpeg wrote no ${type}`);
  return file.subarray(at + 4, at - 4 + file.readUInt32BE(at - 4));
}

function run(args: readonly string[], input: Uint8Array = Buffer.alloc(0)): Buffer {
  const { status, stdout, stderr } = spawnSync('ffmpeg', ['-v', 'error', ...args], {
    input,
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`ffmpeg: ${stderr.toString()}`);
  return stdout;
}
