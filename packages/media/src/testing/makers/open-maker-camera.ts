/** A fake camera with the habits of a maker, as one mount at the maker's own path. */
import { readFile } from 'node:fs/promises';
import type { MountOptions } from '../camera-mount.ts';
import type { Clip, ClipVideo } from '../clip.ts';
import { openFakeCamera, type FakeCamera, type FakeCameraOptions } from '../fake-camera.ts';
import { parseH265ClipVideo } from '../h265-clip.ts';
import { createSyntheticClip } from '../synthetic-clip.ts';
import { SOUNDS, type Maker } from './maker.ts';

/** The login of makers that ask for one: letters that URLs have a meaning for. */
export const MAKER_LOGIN = { username: 'admin', password: 'kata:@/ sandi#1%' } as const;

export interface MakerCameraOptions extends Pick<FakeCameraOptions, 'clock' | 'port' | 'host' | 'faults'> {
  /** Played instead of the maker's own pictures, with the maker's sound. Only for makers that send H.264. */
  readonly video?: ClipVideo;
  /** Drawn into `video`. */
  readonly overlay?: MountOptions['overlay'];
}

/** Two slices in each picture; a key frame a second. */
const PICTURES = { width: 160, height: 128, gop: 25, pictures: 50, barRows: 1 } as const;
const OPEN_GOP = new URL('../clips/open-gop.h265', import.meta.url);

/** The maker's pictures and sound. */
export async function createMakerClip(maker: Maker): Promise<Clip> {
  const video =
    maker.codec === 'h264'
      ? createSyntheticClip(PICTURES).video
      : parseH265ClipVideo(await readFile(OPEN_GOP), 25);
  return { video, audio: maker.sound === undefined ? undefined : SOUNDS[maker.sound]() };
}

/** @throws Error when `video` is of another codec than the maker's, or the port is taken. */
export async function openMakerCamera(maker: Maker, options: MakerCameraOptions = {}): Promise<FakeCamera> {
  const { video, overlay, faults, ...rest } = options;
  const own = await createMakerClip(maker);
  if (video !== undefined && video.codec !== maker.codec)
    throw new Error(`${maker.name} sends ${maker.codec}`);
  return openFakeCamera({
    ...rest,
    faults: { ...maker.faults, ...faults },
    serverName: `${maker.name}/1.0`,
    mounts: [
      {
        path: maker.path,
        name: maker.name,
        clip: { video: video ?? own.video, audio: own.audio },
        habits: maker.habits,
        ...(overlay === undefined ? {} : { overlay }),
        ...(maker.login === undefined ? {} : { login: { ...maker.login, ...MAKER_LOGIN } }),
      },
    ],
  });
}
