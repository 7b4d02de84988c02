/** `/kamera/12-simpang-lima`: the number finds the camera, the words are for people; a renamed camera keeps its old links. */
export function cameraPath(camera: { readonly id: number; readonly name: string }): string {
  const words = slugOf(camera.name);
  return words === '' ? `/kamera/${camera.id}` : `/kamera/${camera.id}-${words}`;
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
