import type { StreamCamera } from '@pantau/contract/stream';

/** Cameras that hold every word of `query` in name, place, group or area, whatever the case and accents; all for an empty query. */
export function searchCameras(cameras: readonly StreamCamera[], query: string): readonly StreamCamera[] {
  const wanted = fold(query)
    .split(/\s+/)
    .filter((word) => word !== '');
  if (wanted.length === 0) return cameras;
  return cameras.filter((camera) => {
    const text = fold([camera.name, camera.location, camera.group_name, camera.area_name].join(' '));
    return wanted.every((word) => text.includes(word));
  });
}

function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase();
}
