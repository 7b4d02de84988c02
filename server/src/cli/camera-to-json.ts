import type { Camera } from '../cameras/camera.ts';
import { maskOrNull, maskSourceUrl } from '../cameras/source-url.ts';

/** A camera for programs; the password is not in it. */
export function cameraToJson(camera: Camera, areaName: string | null): object {
  return {
    id: camera.id,
    name: camera.name,
    description: camera.description,
    location: camera.location,
    group_name: camera.groupName,
    area_id: camera.areaId,
    area_name: areaName,
    enabled: camera.enabled,
    status: camera.status,
    visibility: camera.visibility,
    pull: camera.pull,
    latitude: camera.latitude,
    longitude: camera.longitude,
    timezone: camera.timezone,
    video_codec: camera.videoCodec,
    stream_key: camera.streamKey,
    sort_order: camera.sortOrder,
    source_url: maskSourceUrl(camera.source.url),
    source_username: camera.source.username ?? null,
    has_password: camera.source.password !== undefined || camera.credentialsUnreadable === true,
    password_unreadable: camera.credentialsUnreadable === true,
    transport: camera.source.transport ?? null,
    tls_fingerprint: camera.source.tlsFingerprint ?? null,
    audio: camera.source.audio !== false,
    sub_url: maskOrNull(camera.sub?.url),
    snapshot_url: maskOrNull(camera.snapshotUrl),
    onvif_url: maskOrNull(camera.onvifUrl),
    onvif_profile: camera.onvifProfile,
  };
}
