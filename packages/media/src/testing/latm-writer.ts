/** Writes what LatmReader reads: StreamMuxConfig and AudioMuxElement (ISO/IEC 14496-3 section 1.7.3). */
import { BitWriter } from './bit-writer.ts';

export interface LatmShape {
  /** AudioSpecificConfig, hex. */
  readonly aac: string;
  /** Bits of it, from the first; default all. */
  readonly aacBits?: number;
  readonly version?: 0 | 1;
  readonly subFrames?: number;
  /** All frames have so many bytes. */
  readonly frameBytes?: number;
  readonly otherDataBits?: number;
  readonly checksum?: boolean;
}

/** Appends the configuration. */
export function writeStreamMuxConfig(out: BitWriter, shape: LatmShape): void {
  const { version = 0, subFrames = 1, frameBytes, otherDataBits = 0 } = shape;
  const aac = Buffer.from(shape.aac, 'hex');
  const aacBits = shape.aacBits ?? aac.length * 8;
  out.bits(version, 1);
  if (version === 1) out.bits(0, 1).bits(0, 2).bits(0xff, 8); // audioMuxVersionA, taraBufferFullness
  out
    .bits(1, 1)
    .bits(subFrames - 1, 6)
    .bits(0, 4)
    .bits(0, 3);
  if (version === 1) out.bits(0, 2).bits(aacBits, 8);
  out.copy(aac, aacBits);
  if (frameBytes === undefined) out.bits(0, 3).bits(0xff, 8);
  else out.bits(1, 3).bits(frameBytes - 20, 9);
  out.flag(otherDataBits > 0);
  if (otherDataBits > 0 && version === 1) out.bits(0, 2).bits(otherDataBits, 8);
  if (otherDataBits > 0 && version === 0) out.bits(0, 1).bits(otherDataBits, 8);
  out.flag(shape.checksum === true);
  if (shape.checksum === true) out.bits(0x5a, 8);
}

/** The configuration as an SDP has it. */
export function latmConfigHex(shape: LatmShape): string {
  const out = new BitWriter();
  writeStreamMuxConfig(out, shape);
  return toBytes(out).toString('hex');
}

/** One AudioMuxElement. @param config `sdp`: no word of it; `same`: as before; else written into the element. */
export function latmElement(
  frames: readonly Buffer[],
  config: 'sdp' | 'same' | LatmShape,
  { fixed = false, otherDataBits = 0 } = {},
): Buffer {
  const out = new BitWriter();
  if (config !== 'sdp') out.flag(config === 'same');
  if (typeof config === 'object') writeStreamMuxConfig(out, config);
  for (const frame of frames) {
    if (!fixed) {
      for (let left = frame.length; left >= 0; left -= 255) out.bits(Math.min(255, left), 8);
    }
    out.copy(frame, frame.length * 8);
  }
  for (let bit = 0; bit < otherDataBits; bit++) out.bits(1, 1);
  return toBytes(out);
}

function toBytes(out: BitWriter): Buffer {
  const bytes = Math.ceil(out.bitLength / 8);
  return Buffer.from(out.finish().subarray(0, bytes)); // without the stop bit's own byte
}
