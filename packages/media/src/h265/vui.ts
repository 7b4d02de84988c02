/** Video usability information of an SPS (ITU-T H.265 annex E): pixel shape, colours, timing. */
import type { BitReader } from '../bytes/bit-reader.ts';
import { MediaError } from '../media-error.ts';
import type { ColourDescription } from '../sample.ts';
import { MAX_BELIEVABLE_FPS, readAspectRatio, readColour } from '../video/vui-fields.ts';

export interface Vui {
  readonly sampleAspectRatio: readonly [number, number] | undefined;
  readonly colour: ColourDescription | undefined;
  /** vui_time_scale / vui_num_units_in_tick, frames per second; undefined when absent or nonsense. */
  readonly fps: number | undefined;
  /** min_spatial_segmentation_idc, 0 when it is not said. */
  readonly minSpatialSegmentation: number;
  /** False when it breaks off, or holds buffering parameters, which are not read. */
  readonly isWhole: boolean;
}

/** Reads the VUI from `reader`, which stands right behind vui_parameters_present_flag. @throws MediaError */
export function parseVui(reader: BitReader): Vui {
  const sampleAspectRatio = readAspectRatio(reader);
  if (reader.readFlag()) reader.skipBits(1); // overscan
  const colour = readColour(reader);
  if (reader.readFlag()) {
    reader.readUnsignedExpGolomb(); // chroma_sample_loc_type_top_field
    reader.readUnsignedExpGolomb(); // chroma_sample_loc_type_bottom_field
  }
  return { sampleAspectRatio, colour, ...readRest(reader) };
}

type Rest = Pick<Vui, 'fps' | 'minSpatialSegmentation' | 'isWhole'>;

/** What breaks off here leaves shape and colours. */
function readRest(reader: BitReader): Rest {
  let fps: number | undefined;
  try {
    reader.skipBits(3); // neutral_chroma_indication_flag, field_seq_flag, frame_field_info_present_flag
    if (reader.readFlag()) for (let side = 0; side < 4; side++) reader.readUnsignedExpGolomb(); // default display window
    let hasBuffering = false;
    if (reader.readFlag()) {
      const unitsInTick = reader.readBits(32);
      const rate = reader.readBits(32) / unitsInTick;
      if (rate > 0 && rate <= MAX_BELIEVABLE_FPS) fps = rate; // 0/0 and x/0 fail both comparisons
      if (reader.readFlag()) reader.readUnsignedExpGolomb(); // vui_num_ticks_poc_diff_one_minus1
      hasBuffering = reader.readFlag();
    }
    if (hasBuffering) return { fps, minSpatialSegmentation: 0, isWhole: false };
    return { fps, minSpatialSegmentation: readRestriction(reader), isWhole: true };
  } catch (error) {
    if (error instanceof MediaError) return { fps, minSpatialSegmentation: 0, isWhole: false };
    throw error;
  }
}

function readRestriction(reader: BitReader): number {
  if (!reader.readFlag()) return 0;
  reader.skipBits(3); // tiles, motion vectors, reference lists
  const minSpatialSegmentation = reader.readUnsignedExpGolomb();
  for (let field = 0; field < 4; field++) reader.readUnsignedExpGolomb(); // bytes, bits and vector bounds
  return minSpatialSegmentation <= 4095 ? minSpatialSegmentation : 0;
}
