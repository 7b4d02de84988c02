/**
 * What the public may see of a camera: the single place that leaves out how it is reached. Fields are named one by one,
 * so that a new column stays private until somebody adds it here.
 */
import type { AdminCamera, PublicCamera } from '@pantau/contract/camera';
import type { Camera } from './camera.ts';
import { maskOrNull, maskSourceUrl } from './source-url.ts';

export function presentCamera(camera: Camera, areaName: string | null): PublicCamera {
  return {
    id: camera.id,
    name: camera.name,
    description: camera.description,
    location: camera.location,
    group_name: camera.groupName,
    area_id: camera.areaId,
    area_name: areaName,
    latitude: camera.latitude,
    longitude: camera.longitude,
    timezone: camera.timezone,
    status: camera.status,
    video_codec: camera.videoCodec,
    stream_key: camera.streamKey,
    visibility: camera.visibility,
  };
}

/** For those with the right to see all cameras. The password stays here all the same. */
export function presentAdminCamera(camera: Camera, areaName: string | null): AdminCamera {
  const { source } = camera;
  const isUnreadable = camera.credentialsUnreadable === true;
  return {
    ...presentCamera(camera, areaName),
    enabled: camera.enabled,
    visibility: camera.visibility,
    pull: camera.pull,
    sort_order: camera.sortOrder,
    source_url: maskSourceUrl(source.url),
    source_username: source.username ?? null,
    has_password: source.password !== undefined || isUnreadable,
    password_unreadable: isUnreadable,
    transport: source.transport ?? null,
    tls_fingerprint: source.tlsFingerprint ?? null,
    audio: source.audio !== false,
    sub_url: maskOrNull(camera.sub?.url),
    snapshot_url: maskOrNull(camera.snapshotUrl),
    onvif_url: maskOrNull(camera.onvifUrl),
    onvif_profile: camera.onvifProfile,
  };
}
