/**
 * Sequence parameter set (ITU-T H.265 section 7.3.2.2): picture size, profile, bit depths, reordering. Everything up to
 * the VUI has to be walked through, because no part says how long it is; a camera that garbles the VUI still gets its picture.
 */
import { BitReader } from '../bytes/bit-reader.ts';
import { MediaError } from '../media-error.ts';
import { decodeRbsp } from '../video/annex-b.ts';
import { HEADER_BYTES, NAL, nalType } from './nal.ts';
import { readProfileTierLevel, type ProfileTierLevel } from './profile-tier-level.ts';
import { skipShortTermSets } from './reference-picture-sets.ts';
import { parseVui, type Vui } from './vui.ts';

export interface Sps {
  readonly id: number;
  readonly vpsId: number;
  /** Temporal sub-layers, 1..7. */
  readonly maxSubLayers: number;
  readonly isTemporalIdNested: boolean;
  readonly profile: ProfileTierLevel;
  /** 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4. */
  readonly chromaFormatIdc: number;
  readonly bitDepthLuma: number;
  readonly bitDepthChroma: number;
  /** Size in pixels, cut to the conformance window. */
  readonly width: number;
  readonly height: number;
  readonly codedWidth: number;
  readonly codedHeight: number;
  /** sps_max_num_reorder_pics of the highest sub-layer. */
  readonly maxReorderPictures: number;
  readonly vui: Vui | undefined;
  /** Bits of the payload up to its stop bit; undefined when something before it was not read. */
  readonly rbspBits: number | undefined;
}

/** Level 6.2 and the rule of eight times (section A.4.1): at most sqrt(8 × 35 651 584) pixels wide or high. */
const MAX_SIDE = 16_888;
const MAX_PIXELS = 35_651_584;
/** Longest set that is believed: those of real cameras have up to 60 bytes, scaling lists make a few hundred. */
const MAX_SPS_BYTES = 4096;
const MAX_REORDER = 16;

/** Parses an SPS NAL unit with its header. @throws MediaError `VIDEO_MALFORMED` */
export function parseSps(nal: Uint8Array): Sps {
  if (nalType(nal) !== NAL.sps) throw malformed('not a sequence parameter set');
  const reader = new BitReader(decodeRbsp(nal, HEADER_BYTES, MAX_SPS_BYTES), 'VIDEO_MALFORMED');
  const vpsId = reader.readBits(4);
  const maxSubLayers = reader.readBits(3) + 1;
  if (maxSubLayers > 7) throw malformed('the number of sub-layers is out of range');
  const isTemporalIdNested = reader.readFlag();
  const profile = readProfileTierLevel(reader, maxSubLayers);
  const id = readAtMost(reader, 15, 'parameter set number');
  const chromaFormatIdc = readAtMost(reader, 3, 'chroma format');
  const isSeparate = chromaFormatIdc === 3 && reader.readFlag();
  const size = readSize(reader, isSeparate ? 0 : chromaFormatIdc);
  const bitDepthLuma = readAtMost(reader, 8, 'bit depth') + 8;
  const bitDepthChroma = readAtMost(reader, 8, 'bit depth') + 8;
  const log2MaxPoc = readAtMost(reader, 12, 'picture order count size') + 4;
  const maxReorderPictures = readOrdering(reader, maxSubLayers);
  return {
    id,
    vpsId,
    maxSubLayers,
    isTemporalIdNested,
    profile,
    chromaFormatIdc,
    bitDepthLuma,
    bitDepthChroma,
    ...size,
    maxReorderPictures,
    ...readTail(reader, log2MaxPoc),
  };
}

type Size = Pick<Sps, 'width' | 'height' | 'codedWidth' | 'codedHeight'>;

function readSize(reader: BitReader, chromaArrayType: number): Size {
  const codedWidth = readAtMost(reader, MAX_SIDE, 'picture width');
  const codedHeight = readAtMost(reader, MAX_SIDE, 'picture height');
  if (codedWidth * codedHeight > MAX_PIXELS) throw malformed('the picture is larger than H.265 allows');
  let width = codedWidth;
  let height = codedHeight;
  if (reader.readFlag()) {
    const unitX = chromaArrayType === 1 || chromaArrayType === 2 ? 2 : 1;
    const unitY = chromaArrayType === 1 ? 2 : 1;
    width -= unitX * (reader.readUnsignedExpGolomb() + reader.readUnsignedExpGolomb());
    height -= unitY * (reader.readUnsignedExpGolomb() + reader.readUnsignedExpGolomb());
  }
  if (width <= 0 || height <= 0) throw malformed('the picture is cropped to nothing');
  return { width, height, codedWidth, codedHeight };
}

/** Reordering of the highest sub-layer: the last that is written. */
function readOrdering(reader: BitReader, maxSubLayers: number): number {
  const count = reader.readFlag() ? maxSubLayers : 1;
  let reorder = 0;
  for (let layer = 0; layer < count; layer++) {
    reader.readUnsignedExpGolomb(); // sps_max_dec_pic_buffering_minus1
    reorder = reader.readUnsignedExpGolomb();
    reader.readUnsignedExpGolomb(); // sps_max_latency_increase_plus1
  }
  return Math.min(reorder, MAX_REORDER);
}

/** What follows is of use only for the VUI at its end. */
function readTail(reader: BitReader, log2MaxPoc: number): Pick<Sps, 'vui' | 'rbspBits'> {
  try {
    for (let field = 0; field < 6; field++) reader.readUnsignedExpGolomb(); // sizes and depths of blocks
    if (reader.readFlag() && reader.readFlag()) skipScalingLists(reader);
    reader.skipBits(2); // amp_enabled_flag, sample_adaptive_offset_enabled_flag
    if (reader.readFlag()) skipPcm(reader);
    skipShortTermSets(reader);
    if (reader.readFlag()) {
      const count = readAtMost(reader, 32, 'number of long-term pictures');
      reader.skipBits(count * (log2MaxPoc + 1));
    }
    reader.skipBits(2); // sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag
    const vui = reader.readFlag() ? parseVui(reader) : undefined;
    const isWhole = vui?.isWhole !== false && !reader.readFlag(); // sps_extension_present_flag
    return { vui, rbspBits: isWhole ? reader.position : undefined };
  } catch (error) {
    if (error instanceof MediaError) return { vui: undefined, rbspBits: undefined };
    throw error;
  }
}

/** Section 7.3.4. */
function skipScalingLists(reader: BitReader): void {
  for (let sizeId = 0; sizeId < 4; sizeId++) {
    for (let matrix = 0; matrix < 6; matrix += sizeId === 3 ? 3 : 1) {
      if (!reader.readFlag()) {
        reader.readUnsignedExpGolomb(); // scaling_list_pred_matrix_id_delta
        continue;
      }
      if (sizeId > 1) reader.readSignedExpGolomb(); // scaling_list_dc_coef_minus8
      const coefficients = Math.min(64, 1 << (4 + 2 * sizeId));
      for (let index = 0; index < coefficients; index++) reader.readSignedExpGolomb();
    }
  }
}

function skipPcm(reader: BitReader): void {
  reader.skipBits(8); // bit depths
  reader.readUnsignedExpGolomb(); // log2_min_pcm_luma_coding_block_size_minus3
  reader.readUnsignedExpGolomb(); // log2_diff_max_min_pcm_luma_coding_block_size
  reader.skipBits(1); // pcm_loop_filter_disabled_flag
}

function readAtMost(reader: BitReader, max: number, what: string): number {
  const value = reader.readUnsignedExpGolomb();
  if (value > max) throw malformed(`the ${what} is out of range`);
  return value;
}

function malformed(message: string): MediaError {
  return new MediaError('VIDEO_MALFORMED', message);
}
