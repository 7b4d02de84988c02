/** What the server and the process that decodes say to each other (structured clones over the process's channel). */
import type { VideoConfig } from '@pantau/media';
import type { PictureFormat, PictureProblem, PictureSize } from './picture.ts';

/** Server → process. The process takes the next one after it answered. */
export interface PictureRequest {
  readonly id: number;
  readonly codec: VideoConfig['codec'];
  /** RFC 6381, for the decoder. */
  readonly codecString: string;
  readonly decoderConfig: Uint8Array;
  readonly data: Uint8Array;
  readonly sampleAspectRatio: readonly [number, number];
  readonly colour: VideoConfig['colour'];
}

/** A picture as it travels: the channel makes plain arrays of buffers. */
export interface SentPicture {
  readonly size: PictureSize;
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}

/** Process → server. */
export type PictureReply =
  /** First of all: whether the optional packages are there. */
  | { readonly type: 'ready'; readonly canWork: boolean }
  | {
      readonly type: 'pictures';
      readonly id: number;
      readonly pictures: readonly SentPicture[];
      readonly rssBytes: number;
    }
  | {
      readonly type: 'problem';
      readonly id: number;
      readonly problem: PictureProblem;
      readonly rssBytes: number;
    };
