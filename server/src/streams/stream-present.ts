/** What the public may see of a camera's live state. */
import type { StreamCamera, StreamStateName, StreamUrls } from '@pantau/contract/stream';
import type { StreamStatus } from '@pantau/media';
import { isoTime, isoTimeOrNull } from '../iso-time.ts';
import type { Camera } from '../cameras/camera.ts';
import { presentCamera } from '../cameras/camera-present.ts';

/** @param snapshotMs when the newest still picture was taken, UTC ms. */
export function presentStream(
  camera: Camera,
  areaName: string | null,
  status: StreamStatus | undefined,
  snapshotMs: number | undefined,
): StreamCamera {
  const state = presentState(camera, status);
  const shown = presentCamera(camera, areaName);
  const video = status?.video;
  const audio = status?.audio;
  return {
    ...shown,
    video_codec: video === undefined ? shown.video_codec : codecFamily(video.codec),
    state,
    is_online: state === 'live' || state === 'connecting' || state === 'idle',
    state_since: status === undefined || state === 'maintenance' ? null : isoTimeOrNull(status.sinceMs),
    last_online_at: isoTimeOrNull(status?.state === 'live' ? status.sinceMs : status?.lastLiveMs),
    reason: state === 'offline' || state === 'connecting' ? presentReason(camera, status) : null,
    video:
      video === undefined
        ? null
        : {
            codec: video.codec,
            codec_string: video.codecString,
            width: video.width,
            height: video.height,
            fps: video.fps === undefined ? null : Math.round(video.fps * 10) / 10,
          },
    audio: audio === undefined ? null : { codec: audio.codec, codec_string: audio.codecString },
    viewers: status?.viewers ?? 0,
    streams: presentUrls(camera.streamKey),
    snapshot: presentSnapshot(camera, snapshotMs),
  };
}

export function presentUrls(streamKey: string): StreamUrls {
  return {
    hls: `/hls/${streamKey}/index.m3u8`,
    llhls: `/hls/${streamKey}/low-latency.m3u8`,
    mse: `/mse/${streamKey}`,
  };
}

/** The address has the stream key: that is all an unlisted camera asks for. */
function presentSnapshot(
  { streamKey }: Pick<Camera, 'streamKey'>,
  snapshotMs: number | undefined,
): StreamCamera['snapshot'] {
  if (snapshotMs === undefined) return null;
  return { url: `/api/cameras/${streamKey}/snapshot?v=${snapshotMs}`, taken_at: isoTime(snapshotMs) };
}

function presentState(camera: Camera, status: StreamStatus | undefined): StreamStateName {
  if (camera.status === 'maintenance') return 'maintenance';
  if (camera.credentialsUnreadable === true) return 'offline';
  switch (status?.state) {
    case 'live':
      return 'live';
    case 'connecting':
      // A camera that failed before is not "connecting" again and again in the eyes of a visitor.
      return status.reason === undefined ? 'connecting' : 'offline';
    case 'retrying':
      return 'offline';
    case 'idle':
      return status.reason === undefined ? 'idle' : 'offline';
    default:
      // Stopped, or not known to the engine yet.
      return 'idle';
  }
}

function presentReason(camera: Camera, status: StreamStatus | undefined): StreamCamera['reason'] {
  if (camera.credentialsUnreadable === true)
    return { code: 'CREDENTIALS_UNREADABLE', message: 'The login of this camera must be entered again.' };
  return status?.reason === undefined ? null : { code: status.reason.code, message: status.reason.message };
}

/** `H.264` → `h264`. */
function codecFamily(codec: string): string {
  return codec.toLowerCase().replace(/[^a-z0-9]/g, '');
}
