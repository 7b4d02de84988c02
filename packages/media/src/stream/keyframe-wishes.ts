/**
 * Who waits for the next key frame of a stream: snapshots. Nothing is kept for later, so a stream that nobody wants a picture
 * of pays nothing, and a picture is always of now.
 */
import { abortReason } from '@pantau/base/clock';
import { MediaError } from '../media-error.ts';
import type { MediaEvent, VideoConfig } from '../sample.ts';

/** A picture that decodes by itself. */
export interface Keyframe {
  /** Its codec, size, colours and parameter sets. */
  readonly config: VideoConfig;
  /** As `Sample.data`: NAL units with 4-byte lengths, or one JPEG picture. A copy: it pins nothing, and nothing writes to it again. */
  readonly data: Buffer;
  /** When it was taken, UTC ms. */
  readonly wallMs: number;
}

interface Wish {
  readonly resolve: (keyframe: Keyframe) => void;
  readonly reject: (error: Error) => void;
}

/** Wishes of one stream at a time. */
const MAX_WISHES = 4;

export class KeyframeWishes {
  readonly #wishes = new Set<Wish>();
  #config: VideoConfig | undefined;

  get size(): number {
    return this.#wishes.size;
  }

  /** Takes what the source emits. */
  take(event: MediaEvent): void {
    if (event.type === 'config') this.#config = event.config.video;
    if (event.type !== 'sample' || this.#wishes.size === 0 || this.#config === undefined) return;
    const { kind, keyframe, data, wallMs } = event.sample;
    if (kind !== 'video' || !keyframe) return;
    const found: Keyframe = { config: this.#config, data: Buffer.from(data), wallMs };
    for (const wish of this.#wishes) wish.resolve(found);
  }

  /** There will be none: the source failed or was closed. */
  fail(error: Error): void {
    for (const wish of this.#wishes) wish.reject(error);
  }

  /** @throws MediaError NO_KEYFRAME when too many wait already; what `fail` was given; the signal's reason. */
  async next(signal: AbortSignal): Promise<Keyframe> {
    if (signal.aborted) throw abortReason(signal);
    if (this.#wishes.size >= MAX_WISHES)
      throw new MediaError('NO_KEYFRAME', 'too many wait for a key frame of this stream');
    const { promise, resolve, reject } = Promise.withResolvers<Keyframe>();
    const wish: Wish = { resolve, reject };
    const onAbort = () => reject(abortReason(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    this.#wishes.add(wish);
    try {
      return await promise;
    } finally {
      this.#wishes.delete(wish);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
