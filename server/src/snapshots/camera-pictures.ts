/**
 * The still picture that a camera gives itself, over HTTP: for cameras whose key frames nothing here decodes, or that send none.
 * It costs a second connection to the camera, so it is the last way, and it never risks the account: a refused login is not tried again.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '@pantau/base/clock';
import { fetchPicture, MediaError, type Keyframe, type MediaEngine } from '@pantau/media';
import type { Camera } from '../cameras/camera.ts';
import type { IsAddressAllowed } from '../cameras/source-address.ts';
import { hostAndPort } from '../cameras/source-url.ts';
import { PICTURE_SIZES, type PictureOutcome } from './picture.ts';

export interface CameraPicturesOptions {
  readonly engine: Pick<MediaEngine, 'noteSignOfLife' | 'findStatus'>;
  /** Where cameras may be. */
  readonly isAddressAllowed: IsAddressAllowed;
  readonly clock: Clock;
  /** Another than the real one, for tests. */
  readonly fetch?: typeof fetchPicture;
}

/** A refused login may be right again: somebody may have changed it in the device. */
const REFUSED_MS = 3_600_000;
/** Logins that are remembered as refused; the oldest is forgotten first. */
const MAX_REFUSED = 256;
/** Bytes of a picture that is served as it is, where nothing here makes it smaller. */
const MAX_PLAIN_BYTES = 512 * 1024;

export class CameraPictures {
  readonly #options: CameraPicturesOptions;
  /** When, monotonic ms, a login was refused. The cameras of a recorder share one. */
  readonly #refused = new Map<string, number>();

  constructor(options: CameraPicturesOptions) {
    this.#options = options;
  }

  /** Whether the camera has such a picture, and its login was not refused a short while ago. */
  mayFetch(camera: Camera): boolean {
    if (camera.snapshotUrl === null) return false;
    if (this.#refused.size === 0) return true;
    const refusedMs = this.#refused.get(loginOf(camera));
    return refusedMs === undefined || this.#options.clock.monotonic() - refusedMs >= REFUSED_MS;
  }

  /** @throws MediaError why there is none; the signal's reason. */
  async fetch({ source, ...camera }: Camera, signal: AbortSignal): Promise<Keyframe> {
    const { fetch = fetchPicture, engine, clock, isAddressAllowed } = this.#options;
    if (camera.snapshotUrl === null)
      throw new MediaError('SOURCE_NOT_FOUND', 'The camera has no address for still pictures');
    try {
      const picture = await fetch({
        source: { ...source, url: camera.snapshotUrl },
        clock,
        isAddressAllowed,
        signal,
      });
      // One whose codec is not understood is no nearer to being understood.
      if (engine.findStatus(camera.streamKey)?.reason?.code !== 'CODEC_UNSUPPORTED')
        engine.noteSignOfLife(hostAndPort(source.url).host);
      return picture;
    } catch (error) {
      if (error instanceof MediaError && error.code === 'SOURCE_UNAUTHORIZED')
        this.#noteRefused(loginOf({ source }));
      throw error;
    }
  }

  #noteRefused(login: string): void {
    this.#refused.delete(login);
    this.#refused.set(login, this.#options.clock.monotonic());
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > MAX_REFUSED && oldest !== undefined) this.#refused.delete(oldest);
  }
}

/** The picture without work on it, in every size: where neither the optional packages nor ffmpeg are. */
export function servePlain({ config: { width, height }, data }: Keyframe): PictureOutcome {
  if (data.length > MAX_PLAIN_BYTES) return { ok: false, problem: 'no-decoder' };
  const pictures = PICTURE_SIZES.map((size) => ({
    size,
    format: 'jpeg' as const,
    width,
    height,
    bytes: data,
  }));
  return { ok: true, pictures };
}

/** A login on a host, without telling it. */
function loginOf({ source }: Pick<Camera, 'source'>): string {
  const { host } = hostAndPort(source.url);
  const parts = [host, source.username ?? '', source.password?.reveal() ?? ''];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
