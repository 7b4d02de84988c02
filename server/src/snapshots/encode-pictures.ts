/** RGB to the pictures of a snapshot. Runs in the process that decodes. */
import type { Sharp } from 'sharp';
import type { Codecs } from './load-codecs.ts';
import type { RawPicture } from './decode-keyframe.ts';
import { fitPicture, PICTURE_SIZES, type PictureSize } from './picture.ts';
import type { SentPicture } from './picture-protocol.ts';

const JPEG_QUALITY = 75;
const WEBP_QUALITY = 70;
/** The quickest: a few percent larger than the default, in a fifth of the time. */
const WEBP_EFFORT = 0;
/** A JPEG camera's picture may say anything of its size; sharp looks before it decodes. */
const MAX_PIXELS = 7680 * 4320;

/** All sizes and formats, the largest first. */
export async function encodePictures(
  sharp: Codecs['sharp'],
  raw: RawPicture,
  sampleAspectRatio: readonly [number, number],
): Promise<readonly SentPicture[]> {
  const { width, height, channels, sourceWidth, sourceHeight } = raw;
  let pixels = { bytes: raw.bytes, width, height, channels };
  const open = (): Sharp =>
    sharp(pixels.bytes, {
      raw: { width: pixels.width, height: pixels.height, channels: pixels.channels },
      limitInputPixels: MAX_PIXELS,
    });
  const sent: SentPicture[] = [];
  for (const size of PICTURE_SIZES.toReversed()) {
    const wanted = fitPicture(sourceWidth, sourceHeight, sampleAspectRatio, size);
    if (pixels.channels === 4 || wanted.width !== pixels.width || wanted.height !== pixels.height) {
      const bytes = await open()
        .removeAlpha()
        .resize(wanted.width, wanted.height, { fit: 'fill' })
        .raw()
        .toBuffer();
      // The smaller ones are made of the larger: a ninth of the work.
      pixels = { bytes, ...wanted, channels: 3 };
    }
    sent.push(...(await encode(open, size, wanted)));
  }
  return sent;
}

/** A picture that is a JPEG already, from a camera that sends nothing else. @throws Error when it is none. */
export async function readJpeg(sharp: Codecs['sharp'], data: Uint8Array): Promise<RawPicture> {
  const { data: bytes, info } = await sharp(data, { limitInputPixels: MAX_PIXELS, failOn: 'none' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  if (info.channels !== 3) throw new Error('a picture that is not RGB');
  return { width, height, channels: 3, bytes, sourceWidth: width, sourceHeight: height };
}

async function encode(
  open: () => Sharp,
  size: PictureSize,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<SentPicture[]> {
  const jpeg = await open().jpeg({ quality: JPEG_QUALITY }).toBuffer();
  const webp = await open().webp({ quality: WEBP_QUALITY, effort: WEBP_EFFORT }).toBuffer();
  return [
    { size, format: 'jpeg', width, height, bytes: jpeg },
    { size, format: 'webp', width, height, bytes: webp },
  ];
}
