/**
 * One picture of a camera, from wherever there is one:
 *
 *   next key frame ──► picture maker ──► picture
 *     └ none, or not decoded ──► the camera's own picture ──► picture maker, or as it is ──► picture
 */
import { deadline, type Clock } from '@pantau/base/clock';
import { messageOf } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import { MediaError, type Keyframe, type MediaEngine } from '@pantau/media';
import type { Camera } from '../cameras/camera.ts';
import { servePlain, type CameraPictures } from './camera-pictures.ts';
import type { EncodedPicture, PictureMaker, PictureOutcome } from './picture.ts';

export interface PictureTakerOptions {
  readonly engine: Pick<MediaEngine, 'nextKeyframe'>;
  readonly maker: PictureMaker;
  /** What cameras give themselves, where no picture can be made of their key frames. */
  readonly cameraPictures: Pick<CameraPictures, 'mayFetch' | 'fetch'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface TakeOptions {
  /** A camera that rests is pulled for a key frame. */
  readonly pull: boolean;
  /** The camera's own picture is asked for first. */
  readonly ownFirst: boolean;
  readonly signal: AbortSignal;
}

export interface TakenPicture {
  readonly ok: true;
  readonly pictures: readonly EncodedPicture[];
  /** By the camera's clock, or when it arrived; UTC ms. */
  readonly wallMs: number;
  /** The camera gave it itself, because its key frames cannot be decoded here: it will be the same the next time. */
  readonly isOwn: boolean;
}

type PictureFailure = Extract<PictureOutcome, { ok: false }>;

/** For a key frame to come: longer than the groups of pictures that cameras make, and than opening one takes. */
const KEYFRAME_MS = 45_000;
/** With these the camera is not asked over HTTP either: its login and its address are the same there. */
const NOT_EVEN_OWN: ReadonlySet<string> = new Set([
  'SOURCE_UNAUTHORIZED',
  'SOURCE_ADDRESS_REFUSED',
  'SOURCE_URL_INVALID',
  'STREAM_NOT_FOUND',
  'ENGINE_STOPPING',
]);

export class PictureTaker {
  readonly #options: PictureTakerOptions;

  constructor(options: PictureTakerOptions) {
    this.#options = options;
  }

  /** @throws MediaError when no key frame comes, and nothing else either; the signal's reason. */
  async take(camera: Camera, options: TakeOptions): Promise<TakenPicture | PictureFailure> {
    const { signal, ownFirst } = options;
    if (ownFirst) {
      const own = await this.#takeOwn(camera, signal);
      if (own?.ok === true) return own;
    }
    const ofKeyframe = await this.#takeOfKeyframe(camera, options).catch((error: unknown) => ({ error }));
    if ('error' in ofKeyframe) {
      const { error } = ofKeyframe;
      const own = !ownFirst && mayGiveOwn(error) ? await this.#takeOwn(camera, signal) : undefined;
      if (own?.ok === true) return { ...own, isOwn: false };
      throw error;
    }
    if (ofKeyframe.ok || ofKeyframe.problem === 'busy') return ofKeyframe;
    const own = ownFirst ? undefined : await this.#takeOwn(camera, signal);
    return own?.ok === true ? own : ofKeyframe;
  }

  async #takeOfKeyframe(
    camera: Camera,
    { pull, signal }: TakeOptions,
  ): Promise<TakenPicture | PictureFailure> {
    const { clock, engine, maker } = this.#options;
    // Nothing works on pictures here: no camera is pulled for that.
    if (maker.perSecond === 0) return { ok: false, problem: 'no-decoder' };
    using limit = deadline(clock, KEYFRAME_MS, () => new Error('no key frame in time'), signal);
    const keyframe = await engine.nextKeyframe(camera.streamKey, { pull, signal: limit.signal });
    const outcome = await maker.make(keyframe);
    return outcome.ok ? { ...outcome, wallMs: keyframe.wallMs, isOwn: false } : outcome;
  }

  /** Undefined when the camera gives none. */
  async #takeOwn(camera: Camera, signal: AbortSignal): Promise<TakenPicture | PictureFailure | undefined> {
    const { cameraPictures, maker, logger } = this.#options;
    if (signal.aborted || !cameraPictures.mayFetch(camera)) return undefined;
    let picture: Keyframe;
    try {
      picture = await cameraPictures.fetch(camera, signal);
    } catch (error) {
      logger.debug({ camera: camera.id, reason: messageOf(error) }, 'a camera does not give a still picture');
      return undefined;
    }
    const made = await maker.make(picture);
    const outcome = !made.ok && made.problem === 'no-decoder' ? servePlain(picture) : made;
    return outcome.ok ? { ...outcome, wallMs: picture.wallMs, isOwn: true } : outcome;
  }
}

function mayGiveOwn(error: unknown): boolean {
  return !(error instanceof MediaError && NOT_EVEN_OWN.has(error.code));
}
