/**
 * `/kamera/12-simpang-lima`: the number finds the camera, the words are for people; a renamed camera keeps its old links. An unlisted
 * camera is found by its stream key only, so its address is the link that opens it.
 */
export function cameraPath(camera: {
  readonly id: number;
  readonly name: string;
  readonly visibility: 'public' | 'unlisted' | 'private';
  readonly stream_key: string;
}): string {
  if (camera.visibility === 'unlisted') return `/kamera/${camera.stream_key}`;
  const words = slugOf(camera.name);
  return words === '' ? `/kamera/${camera.id}` : `/kamera/${camera.id}-${words}`;
}

/** The stream key that the whole slug is; undefined when it is none. */
export function parseStreamKey(slug: string): string | undefined {
  return /^[a-z2-7]{26}$/.test(slug) ? slug : undefined;
}

/** The camera's id in `12-simpang-lima`; undefined when there is none. */
export function parseCameraSlug(slug: string): number | undefined {
  const digits = /^(\d{1,15})(?:-|$)/.exec(slug)?.[1];
  const id = Number(digits);
  return digits === undefined || id < 1 ? undefined : id;
}

function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '');
}
