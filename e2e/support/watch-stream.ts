/** What viewers of one stream of the engine get in a while: a player of HLS and one of MSE, or one of single pictures. */
import { runCommand } from './child.ts';
import type { StreamStatus } from '@pantau/media';
import type { EngineHost } from './engine-host.ts';
import type { PeerStream } from './engine-peers.ts';
import { eventually } from './eventually.ts';
import { decodeStretches, recordHls, type Decoded, type RecordedSegment } from './hls-recorder.ts';
import { MseClient, type MseMessage } from './mse-client.ts';

export interface Watched {
  /** From the start of the engine to the first time it was live. */
  readonly liveAfterMs: number;
  readonly segments: readonly RecordedSegment[];
  /** A stretch of segments each, or the endless reply of pictures. */
  readonly decoded: readonly Decoded[];
  readonly mse: readonly MseMessage[];
  /** At the end. */
  readonly status: StreamStatus;
}

/** Waits until the stream is live, watches it, and lets FFmpeg decode what came. @throws Error saying what was waited for in vain. */
export async function watchStream(
  host: EngineHost,
  key: string,
  { delivery = 'media' }: Pick<PeerStream, 'delivery'>,
  { liveWithinMs, forMs }: { readonly liveWithinMs: number; readonly forMs: number },
): Promise<Watched> {
  const { atMs: liveAfterMs } = await host.untilState(key, 'live', liveWithinMs);
  await using viewer = new MseClient(`${host.url.replace('http', 'ws')}/mse/${key}`);
  const entry = `${host.url}/hls/${key}/index.m3u8`;
  const isPictures = delivery === 'pictures';
  const segments = isPictures ? [] : await recordHls(entry, forMs);
  const decoded = isPictures
    ? [await decodePictures(`${host.url}/hls/${key}/live.mjpeg`)]
    : await decodeStretches(segments);
  const status = await eventually('a status', () => host.findStatus(key));
  return { liveAfterMs, segments, decoded, mse: viewer.messages, status };
}

/** Some seconds of single pictures, by FFmpeg. */
async function decodePictures(url: string): Promise<Decoded> {
  // Their times are those of their arrival, and two may come together: each picture gets its number for a time.
  const input = [
    '-f',
    'mpjpeg',
    '-strict_mime_boundary',
    '1',
    '-use_wallclock_as_timestamps',
    '1',
    '-t',
    '4',
  ];
  const times = ['-vf', 'setpts=N', '-fps_mode', 'passthrough', '-enc_time_base', '-1'];
  const output = [...times, '-f', 'null', '-'];
  const { code, stderr } = await runCommand('ffmpeg', {
    args: ['-v', 'error', '-nostdin', ...input, '-i', url, ...output],
  });
  return { complaints: code === 0 ? stderr : `${stderr}ended with ${code}`, packets: [] };
}
