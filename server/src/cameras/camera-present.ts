/**
 * What the public may see of a camera: the single place that leaves out how it is reached. Fields are named one by one,
 * so that a new column stays private until somebody adds it here.
 */
import type { PublicCamera } from '@pantau/contract/camera';
import type { Camera } from './camera.ts';

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
