/** The ways to make a picture on this machine, the best that works first: the optional packages, then ffmpeg, then none. */
import type { Keyframe } from '@pantau/media';
import type { PictureMaker, PictureOutcome } from './picture.ts';

export class PictureMakers implements PictureMaker {
  readonly #makers: readonly PictureMaker[];

  constructor(makers: readonly PictureMaker[]) {
    this.#makers = makers;
  }

  /** That of the one whose turn it is. */
  get perSecond(): number {
    return this.#makers.find(({ perSecond }) => perSecond > 0)?.perSecond ?? 0;
  }

  /** One after the other until one can work here at all; what a key frame is worth, the first such one decides. */
  async make(keyframe: Keyframe): Promise<PictureOutcome> {
    for (const maker of this.#makers) {
      const outcome = await maker.make(keyframe);
      if (outcome.ok || outcome.problem !== 'no-decoder') return outcome;
    }
    return { ok: false, problem: 'no-decoder' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const maker of this.#makers.toReversed()) await maker[Symbol.asyncDispose]();
  }
}
