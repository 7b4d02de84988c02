import type { PublicArea } from '@pantau/contract/area';
import type { StreamCamera } from '@pantau/contract/stream';

/** Cameras of one area, with how many of them are well. */
export interface AreaGroup {
  /** Undefined: cameras without an area. */
  readonly area: PublicArea | undefined;
  readonly name: string | undefined;
  readonly cameras: readonly StreamCamera[];
  /** Cameras of the group that can be watched now. */
  readonly online: number;
}

/**
 * Groups in the order of `areas`, then areas that only cameras name (the two lists are fetched apart), then cameras
 * without one. Areas without cameras are kept when `keepEmpty`.
 */
export function groupByArea(
  cameras: readonly StreamCamera[],
  areas: readonly PublicArea[],
  keepEmpty = false,
): readonly AreaGroup[] {
  const byId = new Map<number | null, StreamCamera[]>();
  for (const area of areas) byId.set(area.id, []);
  for (const camera of cameras) {
    const group = byId.get(camera.area_id);
    if (group === undefined) byId.set(camera.area_id, [camera]);
    else group.push(camera);
  }
  const homeless = byId.get(null) ?? [];
  byId.delete(null);
  const groups = [...byId].map(([id, members]) =>
    toGroup(
      areas.find((area) => area.id === id),
      members,
    ),
  );
  if (homeless.length > 0) groups.push(toGroup(undefined, homeless));
  return keepEmpty ? groups : groups.filter((group) => group.cameras.length > 0);
}

function toGroup(area: PublicArea | undefined, cameras: readonly StreamCamera[]): AreaGroup {
  return {
    area,
    name: area?.name ?? cameras[0]?.area_name ?? undefined,
    cameras,
    online: countOnline(cameras),
  };
}

export function countOnline(cameras: readonly StreamCamera[]): number {
  return cameras.filter((camera) => camera.is_online && camera.state !== 'maintenance').length;
}
