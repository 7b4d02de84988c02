/** What a snapshot is made of: encoded pictures of one key frame, in two sizes and two formats. */
import type { Keyframe } from '@pantau/media';

export const PICTURE_FORMATS = ['jpeg', 'webp'] as const;
export type PictureFormat = (typeof PICTURE_FORMATS)[number];

/** Most pixels on the longer side: a card, and a large picture. A smaller camera is not enlarged. */
export const PICTURE_SIZES = [320, 960] as const;
export type PictureSize = (typeof PICTURE_SIZES)[number];

export interface EncodedPicture {
  readonly size: PictureSize;
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
  readonly bytes: Buffer;
}

/** Why there is no picture. */
export const PICTURE_PROBLEMS = [
  /** Nothing on this machine decodes this codec. */
  'no-decoder',
  /** The picture claims to be larger than anything that is decoded here. */
  'too-large',
  /** The bytes are no picture. */
  'undecodable',
  /** It took too long. */
  'timeout',
  /** The decoder died of it. */
  'crashed',
  /** Too much is waiting. */
  'busy',
] as const;
export type PictureProblem = (typeof PICTURE_PROBLEMS)[number];

export type PictureOutcome =
  | { readonly ok: true; readonly pictures: readonly EncodedPicture[] }
  | { readonly ok: false; readonly problem: PictureProblem };

/** Makes pictures of key frames, one at a time, somewhere where it cannot hurt. */
export interface PictureMaker extends AsyncDisposable {
  /** How many it should be given in a second, so that pictures take a quarter of a core at most; 0: it cannot work here. */
  readonly perSecond: number;
  /** Never rejects: a key frame that cannot be decoded is an outcome. */
  make(keyframe: Keyframe): Promise<PictureOutcome>;
}

/** 8K: twice what the largest cameras send. Memory follows from it: 50 MB of planes. */
const MAX_WIDTH = 7680;
const MAX_HEIGHT = 4320;
/** Bytes of one key frame. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Looks at what a key frame claims to be, before a decoder is given it. */
export function checkKeyframe({ config, data }: Keyframe): PictureProblem | undefined {
  const { width, height } = config;
  if (!(width > 0 && height > 0)) return 'undecodable';
  const isUpright = width >= height;
  const [long, short] = isUpright ? [width, height] : [height, width];
  if (long > MAX_WIDTH || short > MAX_HEIGHT || data.length > MAX_BYTES) return 'too-large';
  return data.length === 0 ? 'undecodable' : undefined;
}

/** Width and height within a square of `size`, with the shape that is displayed; never larger than the picture. */
export function fitPicture(
  width: number,
  height: number,
  [sarX, sarY]: readonly [number, number],
  size: PictureSize,
): { readonly width: number; readonly height: number } {
  // Pixels that are not square are stretched along the longer way, so that nothing is lost.
  const isSound = sarX > 0 && sarY > 0 && sarX / sarY < 4 && sarY / sarX < 4;
  const shownWidth = isSound && sarX > sarY ? (width * sarX) / sarY : width;
  const shownHeight = isSound && sarX < sarY ? (height * sarY) / sarX : height;
  const scale = Math.min(1, size / Math.max(shownWidth, shownHeight));
  const round = (value: number) => Math.max(1, Math.round(value * scale));
  return { width: round(shownWidth), height: round(shownHeight) };
}
