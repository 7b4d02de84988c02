/** A picture maker that draws nothing: its pictures are words, and it does what a test says. */
import type { Keyframe } from '@pantau/media';
import type { EncodedPicture, PictureMaker, PictureOutcome } from '../picture.ts';

export class FakePictureMaker implements PictureMaker {
  perSecond = 8;
  made = 0;
  isClosed = false;
  /** What it answers instead of pictures. */
  outcome: PictureOutcome | undefined;
  /** The same for some key frames only. */
  outcomeOf: (keyframe: Keyframe) => PictureOutcome | undefined = () => undefined;
  /** Held back until it resolves. */
  gate: Promise<void> = Promise.resolve();

  async make(keyframe: Keyframe): Promise<PictureOutcome> {
    this.made++;
    await this.gate;
    return (
      this.outcome ?? this.outcomeOf(keyframe) ?? { ok: true, pictures: fakePictures(String(keyframe.data)) }
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

export function fakePictures(words: string): readonly EncodedPicture[] {
  return ([960, 320] as const).flatMap((size) =>
    (['jpeg', 'webp'] as const).map((format) => ({
      size,
      format,
      width: size,
      height: (size / 16) * 9,
      bytes: Buffer.from(`${words} ${size} ${format}`),
    })),
  );
}

/** A key frame that says something. */
export function fakeKeyframe(words: string, wallMs: number): Keyframe {
  return {
    config: {
      kind: 'video',
      codec: 'h264',
      codecString: 'avc1.42c01e',
      timescale: 90_000,
      width: 1920,
      height: 1080,
      sampleAspectRatio: [1, 1],
      announcedFps: undefined,
      maxReorder: 0,
      decoderConfig: Buffer.from([1]),
    },
    data: Buffer.from(words),
    wallMs,
  };
}
