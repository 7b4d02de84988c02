/** One camera of the town by a maker of one's choice: that maker's path, login, sound, messages and packets. */
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { createClockOverlay } from '@pantau/media/testing/clock-slice';
import { readClip } from '@pantau/media/testing/clip';
import type { FakeCamera } from '@pantau/media/testing/fake-camera';
import { findMaker } from '@pantau/media/testing/makers/makers';
import { MAKER_LOGIN, openMakerCamera } from '@pantau/media/testing/makers/open-maker-camera';
import { readTown } from './town.ts';

export interface MakerCameraOptions {
  readonly port: number;
  readonly host: string;
  readonly clockBits: boolean;
}

export interface TownMakerCamera {
  readonly camera: FakeCamera;
  readonly taught: string;
  readonly login: { readonly username: string; readonly password: string } | undefined;
}

/**
 * Plays the town's first scene, with the clock in it where that can be; a small clip of its own where the maker sends H.265.
 * @throws Error when there is no such maker, the town's files are broken, or the port is taken.
 */
export async function openTownMakerCamera(
  name: string,
  { port, host, clockBits }: MakerCameraOptions,
): Promise<TownMakerCamera> {
  const maker = findMaker(name);
  const directory = fileURLToPath(new URL('.', import.meta.url));
  const town = await readTown(join(directory, 'cameras.json'));
  const [scene] = town.cameras;
  if (scene === undefined) throw new Error('the town has no camera');
  const { video } = await readClip(join(directory, 'clips', `${scene.clip}.h264`), scene.fps);
  const bar = { label: maker.name, timeZone: town.timezone, clockBits };
  const isScene = maker.codec === 'h264' && video.codec === 'h264';
  // a slice that is drawn live cannot stand inside a unit that was made before
  const hasClock = isScene && !maker.habits.packing.annexB;
  const picture = {
    ...(isScene ? { video } : {}),
    ...(hasClock ? { overlay: () => createClockOverlay(video, bar) } : {}),
  };
  return {
    camera: await openMakerCamera(maker, { port, host, ...picture }),
    taught: maker.taught,
    login: maker.login === undefined ? undefined : MAKER_LOGIN,
  };
}
