/** The engine's verdict on a camera, for the administration. */
import type { CameraVerdict } from '@pantau/contract/verdict';
import type { StreamStatus } from '@pantau/media';
import type { Camera } from '../cameras/camera.ts';
import { isoTimeOrNull } from '../iso-time.ts';
import { CREDENTIALS_UNREADABLE } from './stream-present.ts';

/** @param status undefined for a camera that the engine does not have. */
export function presentVerdict(camera: Camera, status: StreamStatus | undefined): CameraVerdict {
  const { id, status: said, credentialsUnreadable } = camera;
  if (said === 'maintenance') return without(id, 'maintenance', null);
  if (credentialsUnreadable === true) return without(id, 'misconfigured', CREDENTIALS_UNREADABLE);
  if (status === undefined) return without(id, 'idle', null);
  const { verdict, reason } = status;
  return {
    camera_id: id,
    kind: verdict.kind,
    since: isoTimeOrNull(verdict.sinceMs),
    reason: verdict.code === undefined ? null : { code: verdict.code, message: reason?.message ?? '' },
    next_attempt_at: isoTimeOrNull(verdict.nextAttemptMs),
    attempts_last_hour: verdict.attemptsLastHour,
    last_live_at: isoTimeOrNull(verdict.lastLiveMs),
  };
}

/** Of a camera that the engine does not knock at. */
function without(id: number, kind: CameraVerdict['kind'], reason: CameraVerdict['reason']): CameraVerdict {
  return {
    camera_id: id,
    kind,
    since: null,
    reason,
    next_attempt_at: null,
    attempts_last_hour: 0,
    last_live_at: null,
  };
}
