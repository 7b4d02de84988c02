/** What the public may see of an area. */
import type { PublicArea } from '@pantau/contract/area';
import type { Area } from './area.ts';

/** @param cameraCount cameras in the area that whoever asks finds in the lists. */
export function presentArea(area: Area, cameraCount: number): PublicArea {
  return {
    id: area.id,
    name: area.name,
    description: area.description,
    rt: area.rt,
    rw: area.rw,
    kelurahan: area.kelurahan,
    kecamatan: area.kecamatan,
    latitude: area.latitude,
    longitude: area.longitude,
    camera_count: cameraCount,
  };
}
