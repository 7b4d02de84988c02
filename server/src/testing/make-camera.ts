/** A camera for tests: enabled, public, on demand, in no area. */
import type { Camera } from '../cameras/camera.ts';

export function makeCamera(id: number, changes: Partial<Camera> = {}): Camera {
  return {
    id,
    name: `Kamera ${id}`,
    description: null,
    location: null,
    groupName: null,
    areaId: null,
    enabled: true,
    status: 'active',
    source: { url: `rtsp://198.51.100.7/${id}`, username: undefined, password: undefined },
    sub: undefined,
    snapshotUrl: null,
    onvifUrl: null,
    onvifProfile: null,
    latitude: null,
    longitude: null,
    timezone: 'Asia/Jakarta',
    pull: 'on-demand',
    videoCodec: null,
    streamKey: `key-${id}-0000`,
    sortOrder: 0,
    visibility: 'public',
    ...changes,
  };
}
