/** What the public may see of a camera's live state. */
import type {
  StreamCamera,
  StreamRendition,
  StreamStateName,
  StreamUrls,
  StreamVideo,
} from '@pantau/contract/stream';
import type { RenditionStatus, StreamStatus, VideoFacts } from '@pantau/media';
import { isoTime, isoTimeOrNull } from '../iso-time.ts';
import type { Camera } from '../cameras/camera.ts';
import { presentCamera } from '../cameras/camera-present.ts';

/** The reason of a camera whose password is lost. */
export const CREDENTIALS_UNREADABLE = {
  code: 'CREDENTIALS_UNREADABLE',
  message: 'The login of this camera must be entered again.',
};

/**
 * @param snapshotMs when the newest still picture was taken, UTC ms.
 * @param hasWhep whether the server sends pictures by WebRTC.
 */
export function presentStream(
  camera: Camera,
  areaName: string | null,
  status: StreamStatus | undefined,
  snapshotMs: number | undefined,
  hasWhep: boolean,
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
    delivery: status?.delivery ?? null,
    video: presentVideo(video),
    audio: audio === undefined ? null : { codec: audio.codec, codec_string: audio.codecString },
    viewers: status?.viewers ?? 0,
    renditions: status?.renditions.map(presentRendition) ?? [],
    streams: presentUrls(camera.streamKey, hasWhep),
    snapshot: presentSnapshot(camera, snapshotMs),
  };
}

function presentVideo(video: VideoFacts | undefined): StreamVideo | null {
  return video === undefined
    ? null
    : {
        codec: video.codec,
        codec_string: video.codecString,
        width: video.width,
        height: video.height,
        fps: video.fps === undefined ? null : Math.round(video.fps * 10) / 10,
      };
}

function presentRendition({ name, state, reason, video, bitrate }: RenditionStatus): StreamRendition {
  return {
    name,
    is_available: state === 'live' || reason === undefined,
    video: presentVideo(video),
    bitrate: bitrate ?? null,
  };
}

export function presentUrls(streamKey: string, hasWhep: boolean): StreamUrls {
  return {
    hls: `/hls/${streamKey}/index.m3u8`,
    llhls: `/hls/${streamKey}/low-latency.m3u8`,
    mse: `/mse/${streamKey}`,
    whep: hasWhep ? `/whep/${streamKey}` : null,
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
  // A camera whose main stream is down is still seen while its sub stream comes.
  if (status?.renditions.some(({ state }) => state === 'live') === true) return 'live';
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
  if (camera.credentialsUnreadable === true) return CREDENTIALS_UNREADABLE;
  return status?.reason === undefined ? null : { code: status.reason.code, message: status.reason.message };
}

/** `H.264` → `h264`. */
function codecFamily(codec: string): string {
  return codec.toLowerCase().replace(/[^a-z0-9]/g, '');
}
