/**
 * Sequence parameter set (ITU-T H.264 sections 7.3.2.1.1 and 7.4.2.1.1): picture size, reference frames, bit depths.
 * The optional VUI at its end is read by `vui.ts`; a camera that garbles it still gets its picture.
 */
import { BitReader } from '../bytes/bit-reader.ts';
import { MediaError } from '../media-error.ts';
import { decodeRbsp } from '../video/annex-b.ts';
import { HEADER_BYTES, NAL, nalType } from './nal.ts';
import { parseVui, type Vui } from './vui.ts';

export interface Sps {
  readonly id: number;
  readonly profileIdc: number;
  /** The byte with the constraint_set flags, set 0 in the top bit. */
  readonly constraintFlags: number;
  readonly levelIdc: number;
  /** 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4. */
  readonly chromaFormatIdc: number;
  readonly separateColourPlanes: boolean;
  readonly bitDepthLuma: number;
  readonly bitDepthChroma: number;
  readonly log2MaxFrameNum: number;
  readonly picOrderCountType: number;
  readonly maxReferenceFrames: number;
  /** False: interlaced coding is possible, a frame may come as two fields. */
  readonly frameMbsOnly: boolean;
  /** Cropped size in pixels. */
  readonly width: number;
  readonly height: number;
  /** Size before cropping, a multiple of 16. */
  readonly codedWidth: number;
  readonly codedHeight: number;
  readonly vui: Vui | undefined;
  /** Bits of the payload up to its stop bit; undefined when the VUI could not be read to its end. */
  readonly rbspBits: number | undefined;
}

/** Larger than any level allows (level 6.2: 139 264 macroblocks, at most sqrt(8 × that) wide or high). */
const MAX_MACROBLOCKS_PER_SIDE = 1056;
const MAX_MACROBLOCKS = 139_264;
/** Longest set that is believed: the longest of a real camera has 52 bytes, scaling lists and HRD make a few hundred. */
const MAX_SPS_BYTES = 4096;

/** Profiles whose SPS has the chroma, bit depth and scaling fields. */
const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** Parses an SPS NAL unit with its header byte. @throws MediaError `VIDEO_MALFORMED` */
export function parseSps(nal: Uint8Array): Sps {
  if (nalType(nal) !== NAL.sps) throw malformed('not a sequence parameter set');
  const reader = new BitReader(decodeRbsp(nal, HEADER_BYTES, MAX_SPS_BYTES), 'VIDEO_MALFORMED');
  const profileIdc = reader.readBits(8);
  const constraintFlags = reader.readBits(8);
  const levelIdc = reader.readBits(8);
  const id = readAtMost(reader, 31, 'parameter set number');
  const chroma = readChroma(reader, profileIdc);
  const log2MaxFrameNum = readAtMost(reader, 12, 'frame number size') + 4;
  const picOrderCountType = readAtMost(reader, 2, 'picture order count type');
  skipPicOrderCount(reader, picOrderCountType);
  const maxReferenceFrames = readAtMost(reader, 16, 'number of reference frames');
  reader.skipBits(1); // gaps_in_frame_num_value_allowed_flag
  const size = readSize(reader, chroma);
  return {
    id,
    profileIdc,
    constraintFlags,
    levelIdc,
    ...chroma,
    log2MaxFrameNum,
    picOrderCountType,
    maxReferenceFrames,
    ...size,
    ...readVui(reader),
  };
}

type Chroma = Pick<Sps, 'chromaFormatIdc' | 'separateColourPlanes' | 'bitDepthLuma' | 'bitDepthChroma'>;

function readChroma(reader: BitReader, profileIdc: number): Chroma {
  if (!HIGH_PROFILES.has(profileIdc)) {
    return { chromaFormatIdc: 1, separateColourPlanes: false, bitDepthLuma: 8, bitDepthChroma: 8 };
  }
  const chromaFormatIdc = readAtMost(reader, 3, 'chroma format');
  const separateColourPlanes = chromaFormatIdc === 3 && reader.readFlag();
  const bitDepthLuma = readAtMost(reader, 6, 'bit depth') + 8;
  const bitDepthChroma = readAtMost(reader, 6, 'bit depth') + 8;
  reader.skipBits(1); // qpprime_y_zero_transform_bypass_flag
  if (reader.readFlag()) skipScalingMatrix(reader, chromaFormatIdc === 3 ? 12 : 8);
  return { chromaFormatIdc, separateColourPlanes, bitDepthLuma, bitDepthChroma };
}

/** Section 7.3.2.1.1.1: lists of 16 or 64 differences that end early when the next scale becomes 0. */
function skipScalingMatrix(reader: BitReader, listCount: number): void {
  for (let list = 0; list < listCount; list++) {
    if (!reader.readFlag()) continue;
    let nextScale = 8;
    for (let index = 0; index < (list < 6 ? 16 : 64) && nextScale !== 0; index++) {
      nextScale = (((nextScale + reader.readSignedExpGolomb()) % 256) + 256) % 256;
    }
  }
}

function skipPicOrderCount(reader: BitReader, type: number): void {
  if (type === 0) {
    readAtMost(reader, 12, 'picture order count size');
  } else if (type === 1) {
    reader.skipBits(1); // delta_pic_order_always_zero_flag
    reader.readSignedExpGolomb(); // offset_for_non_ref_pic
    reader.readSignedExpGolomb(); // offset_for_top_to_bottom_field
    const cycle = readAtMost(reader, 255, 'picture order count cycle');
    for (let index = 0; index < cycle; index++) reader.readSignedExpGolomb();
  }
}

type Size = Pick<Sps, 'frameMbsOnly' | 'width' | 'height' | 'codedWidth' | 'codedHeight'>;

function readSize(reader: BitReader, chroma: Chroma): Size {
  const widthMbs = readAtMost(reader, MAX_MACROBLOCKS_PER_SIDE - 1, 'picture width') + 1;
  const heightMapUnits = readAtMost(reader, MAX_MACROBLOCKS_PER_SIDE - 1, 'picture height') + 1;
  const frameMbsOnly = reader.readFlag();
  if (!frameMbsOnly) reader.skipBits(1); // mb_adaptive_frame_field_flag
  reader.skipBits(1); // direct_8x8_inference_flag
  const heightMbs = heightMapUnits * (frameMbsOnly ? 1 : 2);
  if (widthMbs * heightMbs > MAX_MACROBLOCKS) throw malformed('the picture is larger than H.264 allows');
  const codedWidth = widthMbs * 16;
  const codedHeight = heightMbs * 16;
  if (!reader.readFlag()) {
    return { frameMbsOnly, width: codedWidth, height: codedHeight, codedWidth, codedHeight };
  }

  // Cropping counts in chroma samples, of a field when there are fields (equations 7-19 to 7-22).
  const chromaArrayType = chroma.separateColourPlanes ? 0 : chroma.chromaFormatIdc;
  const unitX = chromaArrayType === 1 || chromaArrayType === 2 ? 2 : 1;
  const unitY = (chromaArrayType === 1 ? 2 : 1) * (frameMbsOnly ? 1 : 2);
  const left = reader.readUnsignedExpGolomb();
  const right = reader.readUnsignedExpGolomb();
  const top = reader.readUnsignedExpGolomb();
  const bottom = reader.readUnsignedExpGolomb();
  const width = codedWidth - unitX * (left + right);
  const height = codedHeight - unitY * (top + bottom);
  if (width <= 0 || height <= 0) throw malformed('the picture is cropped to nothing');
  return { frameMbsOnly, width, height, codedWidth, codedHeight };
}

function readVui(reader: BitReader): Pick<Sps, 'vui' | 'rbspBits'> {
  try {
    const vui = reader.readFlag() ? parseVui(reader) : undefined;
    return { vui, rbspBits: vui?.isWhole === false ? undefined : reader.position };
  } catch (error) {
    if (error instanceof MediaError) return { vui: undefined, rbspBits: undefined };
    throw error;
  }
}

function readAtMost(reader: BitReader, max: number, what: string): number {
  const value = reader.readUnsignedExpGolomb();
  if (value > max) throw malformed(`the ${what} is out of range`);
  return value;
}

function malformed(message: string): MediaError {
  return new MediaError('VIDEO_MALFORMED', message);
}
