/**
 * The simulated town: every camera of `cameras.json` as real RTSP on loopback, its clip playing for ever with the camera's name and
 * the running time in the picture. The demo, the end-to-end tests and the benchmark start it in their own process.
 */
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { Clock } from '@pantau/base/clock';
import { messageOf } from '@pantau/base/errors';
import { silentLogger, type Logger } from '@pantau/base/logger';
import { readClip, type Clip } from '@pantau/media/testing/clip';
import { createClockOverlay } from '@pantau/media/testing/clock-slice';
import { openFakeCamera, type FakeCamera } from '@pantau/media/testing/fake-camera';
import type { MountOptions } from '@pantau/media/testing/camera-mount';
import type { FakeLogin } from '@pantau/media/testing/fake-auth';
import { readTown, type TownArea, type TownCamera } from './town.ts';

export interface SimcamOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Serves each camera this many times; the further ones at `<path>-2`, `<path>-3` … Default 1. */
  readonly copies?: number;
  /** Adds UTC ms as a row of blocks to every picture. Default false. */
  readonly clockBits?: boolean;
  /** Where `cameras.json` and `clips/` are. Default beside this file. */
  readonly directory?: string;
}

export interface SimcamCamera extends TownCamera {
  /** RTSP URL without the login. */
  readonly url: string;
}

export interface Simcam extends AsyncDisposable {
  readonly town: string;
  readonly timezone: string;
  readonly port: number;
  readonly areas: readonly TownArea[];
  /** One entry per mount, copies included. */
  readonly cameras: readonly SimcamCamera[];
  /** The server behind it: faults to order, counters. */
  readonly camera: FakeCamera;
  close(): Promise<void>;
}

/** Opens the town. @throws Error when its files are absent or broken, or the port is taken. */
export async function openSimcam(options: SimcamOptions = {}): Promise<Simcam> {
  const { logger = silentLogger, copies = 1, clockBits = false } = options;
  const directory = options.directory ?? fileURLToPath(new URL('.', import.meta.url));
  const town = await readTown(join(directory, 'cameras.json'));
  const clips = new Map<string, Clip>();
  const entries: TownCamera[] = [];
  const mounts: MountOptions[] = [];
  for (const camera of town.cameras) {
    const clip = clips.get(camera.clip) ?? (await readTownClip(directory, camera));
    clips.set(camera.clip, clip);
    for (let copy = 1; copy <= copies; copy++) {
      const entry =
        copy === 1 ? camera : { ...camera, path: `${camera.path}-${copy}`, name: `${camera.name} ${copy}` };
      entries.push(entry);
      mounts.push(
        mountOf(entry, clip, { timeZone: town.timezone, clockBits, logger }, loginOf(camera, town.cameras)),
      );
    }
  }
  const camera = await openFakeCamera({
    mounts,
    serverName: 'Simcam',
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  return {
    town: town.town,
    timezone: town.timezone,
    port: camera.port,
    areas: town.areas,
    cameras: entries.map((entry) => ({ ...entry, url: camera.url(entry.path) })),
    camera,
    close: () => camera.close(),
    [Symbol.asyncDispose]: () => camera.close(),
  };
}

async function readTownClip(directory: string, camera: TownCamera): Promise<Clip> {
  const sound = join(directory, 'clips', `${camera.clip}.aac`);
  const hasSound = await access(sound).then(
    () => true,
    () => false,
  );
  return readClip(join(directory, 'clips', `${camera.clip}.h264`), camera.fps, hasSound ? sound : undefined);
}

/** The first camera with a login asks by Digest SHA-256, the others by Basic: real towns have both kinds. */
function loginOf(camera: TownCamera, all: readonly TownCamera[]): FakeLogin | undefined {
  const { username, password } = camera;
  if (username === undefined || password === undefined) return undefined;
  const isFirst = all.find((other) => other.username !== undefined) === camera;
  return { scheme: isFirst ? 'digest-sha256' : 'basic', username, password, realm: 'Simcam' };
}

function mountOf(
  camera: TownCamera,
  clip: Clip,
  bar: { readonly timeZone: string; readonly clockBits: boolean; readonly logger: Logger },
  login: FakeLogin | undefined,
): MountOptions {
  const mount: MountOptions = {
    path: camera.path,
    name: camera.name,
    clip,
    ...(login === undefined ? {} : { login }),
  };
  const { timeZone, clockBits, logger } = bar;
  try {
    if (clip.video.codec !== 'h264') return mount; // the clock is drawn in H.264 only
    const overlay = createClockOverlay(clip.video, { label: camera.name, timeZone, clockBits });
    return { ...mount, overlay: () => overlay };
  } catch (error) {
    logger.warn({ clip: camera.clip, reason: messageOf(error) }, 'this clip plays without a clock');
    return mount;
  }
}
