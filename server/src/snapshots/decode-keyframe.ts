/**
 * One key frame to RGB of about the wanted size. Runs in the process that decodes, and nowhere else.
 *
 * Every picture gets a decoder of its own: it costs a tenth more than using one again, and a damaged picture can then never be
 * patched up with what another camera showed before.
 */
import type { VideoFrame, WebCodecs } from './load-codecs.ts';
import { planesToRgb, shrinkPlane, type Plane } from './colour.ts';
import type { PictureRequest } from './picture-protocol.ts';

/** Uncompressed pixels. */
export interface RawPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly bytes: Uint8Array;
  /** Size of the picture before it was shrunk. */
  readonly sourceWidth: number;
  readonly sourceHeight: number;
}

/** Decoded pictures are never larger, whatever the parameter sets made of it: 7680×4320. */
const MAX_PIXELS = 7680 * 4320;

/**
 * @param atLeast the longer side is not shrunk below this many pixels.
 * @throws Error when the bytes are no picture.
 */
export async function decodeKeyframe(
  { VideoDecoder, EncodedVideoChunk }: WebCodecs,
  request: PictureRequest,
  atLeast: number,
): Promise<RawPicture> {
  let frame: VideoFrame | undefined;
  let failure: Error | undefined;
  const decoder = new VideoDecoder({
    output: (decoded) => {
      frame?.close();
      frame = decoded;
    },
    error: (error) => (failure = error),
  });
  try {
    decoder.configure({
      codec: request.codecString,
      description: request.decoderConfig,
      hardwareAcceleration: 'prefer-software',
    });
    decoder.decode(new EncodedVideoChunk({ type: 'key', timestamp: 0, data: request.data }));
    await decoder.flush();
    if (frame === undefined) throw failure ?? new Error('no picture came out');
    return await readFrame(frame, request, atLeast);
  } finally {
    frame?.close();
    closeQuietly(decoder);
  }
}

async function readFrame(
  frame: VideoFrame,
  { colour }: PictureRequest,
  atLeast: number,
): Promise<RawPicture> {
  const width = frame.visibleRect?.width ?? 0;
  const height = frame.visibleRect?.height ?? 0;
  if (!(width > 0 && height > 0) || width * height > MAX_PIXELS)
    throw new Error('a picture of no usable size');
  const source = { sourceWidth: width, sourceHeight: height };
  const format = PLANAR.exec(frame.format ?? '');
  if (format === null) {
    // Anything else is rare: the native module converts it, at four bytes a pixel.
    const bytes = new Uint8Array(frame.allocationSize({ format: 'RGBA' }));
    await frame.copyTo(bytes, { format: 'RGBA' });
    return { width, height, channels: 4, bytes, ...source };
  }
  const all = new Uint8Array(frame.allocationSize());
  const layout = await frame.copyTo(all);
  const depth = Number(format[2] ?? 8);
  const factor = Math.max(1, Math.floor(Math.max(width, height) / atLeast));
  const read = (index: number, planeWidth: number, planeHeight: number): Plane => {
    const { offset = 0, stride = 0 } = layout[index] ?? {};
    const end = offset + stride * planeHeight;
    if (stride !== planeWidth * (depth > 8 ? 2 : 1) || end > all.length)
      throw new Error('planes with another layout');
    const bytes = all.subarray(offset, end);
    return shrinkPlane(
      { width: planeWidth, height: planeHeight, bytes: depth > 8 ? toEightBits(bytes, depth) : bytes },
      factor,
    );
  };
  const chromaWidth = format[1] === '444' ? width : (width + 1) >> 1;
  const chromaHeight = format[1] === '420' ? (height + 1) >> 1 : height;
  const y = read(0, width, height);
  const u = read(1, chromaWidth, chromaHeight);
  const v = read(2, chromaWidth, chromaHeight);
  const bytes = planesToRgb({ y, u, v }, colour, height);
  return { width: y.width, height: y.height, channels: 3, bytes, ...source };
}

/** Formats of WebCodecs with three planes: chroma sampling, bits of a sample. */
const PLANAR = /^I(420|422|444)(?:P(10|12))?$/;

/** Samples of two bytes, little-endian, to the upper eight of their bits. */
function toEightBits(bytes: Uint8Array, depth: number): Uint8Array {
  const out = new Uint8Array(bytes.length >> 1);
  for (let at = 0; at < out.length; at++) {
    const low = bytes[2 * at] ?? 0;
    const high = bytes[2 * at + 1] ?? 0;
    out[at] = ((high << 8) | low) >> (depth - 8);
  }
  return out;
}

function closeQuietly(decoder: { close(): void }): void {
  try {
    decoder.close();
  } catch {
    // After an error it is closed already, and says so by throwing.
  }
}
