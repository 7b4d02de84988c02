/** What the public may see of an area. */
import type { AdminArea, PublicArea } from '@pantau/contract/area';
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

/** @param cameraCount all cameras in the area. */
export function presentAdminArea(area: Area, cameraCount: number): AdminArea {
  return { ...presentArea(area, cameraCount), sort_order: area.sortOrder, transport: area.transport };
}
