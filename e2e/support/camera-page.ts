/** The portal's page of one camera, opened in a delivery mode of choice, as a visitor who has made that choice before. */
import type { TestPage } from './browser.ts';
import type { PantauServer } from './pantau-server.ts';
import type { StreamEntry } from './public-api.ts';

export const MODES = ['hls', 'llhls', 'mse'] as const;
export type Mode = (typeof MODES)[number];

/** Where the portal remembers the visitor's choice (`web/src/player`). */
const MODE_KEY = 'pantau.mode';

export function cameraUrl(server: Pick<PantauServer, 'url'>, camera: Pick<StreamEntry, 'id'>): string {
  return `${server.url}/kamera/${camera.id}-x`;
}

export async function openCameraPage(
  page: TestPage,
  server: Pick<PantauServer, 'url'>,
  camera: Pick<StreamEntry, 'id'>,
  mode: Mode | 'webrtc',
): Promise<void> {
  await page.page.addInitScript(`localStorage.setItem('${MODE_KEY}', '${mode}')`);
  await page.goto(cameraUrl(server, camera));
}
