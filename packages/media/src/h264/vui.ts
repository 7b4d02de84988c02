/** Video usability information at the end of an SPS (ITU-T H.264 annex E): pixel shape, colours, timing, reordering. */
import type { BitReader } from '../bytes/bit-reader.ts';
import { MediaError } from '../media-error.ts';
import type { ColourDescription } from '../sample.ts';
import { MAX_BELIEVABLE_FPS, readAspectRatio, readColour } from '../video/vui-fields.ts';

export interface Vui {
  readonly sampleAspectRatio: readonly [number, number] | undefined;
  readonly colour: ColourDescription | undefined;
  /** time_scale / (2 × num_units_in_tick), frames per second; undefined when absent or nonsense. */
  readonly fps: number | undefined;
  /** max_num_reorder_frames, when the bitstream restriction is there. */
  readonly maxReorderFrames: number | undefined;
  /** False when it breaks off. */
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
  const fps = readFps(reader);
  return { sampleAspectRatio, colour, fps, ...readRest(reader) };
}

function readFps(reader: BitReader): number | undefined {
  if (!reader.readFlag()) return undefined;
  const unitsInTick = reader.readBits(32);
  const timeScale = reader.readBits(32);
  reader.skipBits(1); // fixed_frame_rate_flag: cameras set it whatever they do
  const fps = timeScale / (2 * unitsInTick);
  return fps > 0 && fps <= MAX_BELIEVABLE_FPS ? fps : undefined; // 0/0 and x/0 fail both comparisons
}

/** What follows the timing is only wanted for its last fields: a VUI that breaks off here keeps the rest. */
function readRest(reader: BitReader): Pick<Vui, 'maxReorderFrames' | 'isWhole'> {
  try {
    const nalHrd = reader.readFlag();
    if (nalHrd) skipHrd(reader);
    const vclHrd = reader.readFlag();
    if (vclHrd) skipHrd(reader);
    if (nalHrd || vclHrd) reader.skipBits(1); // low_delay_hrd_flag
    reader.skipBits(1); // pic_struct_present_flag
    if (!reader.readFlag()) return { maxReorderFrames: undefined, isWhole: true };
    reader.skipBits(1); // motion_vectors_over_pic_boundaries_flag
    for (let field = 0; field < 4; field++) reader.readUnsignedExpGolomb(); // bytes, bits and vector bounds
    const maxReorderFrames = reader.readUnsignedExpGolomb();
    reader.readUnsignedExpGolomb(); // max_dec_frame_buffering
    return { maxReorderFrames: maxReorderFrames <= 16 ? maxReorderFrames : undefined, isWhole: true };
  } catch (error) {
    if (error instanceof MediaError) return { maxReorderFrames: undefined, isWhole: false };
    throw error;
  }
}

/** hrd_parameters (section E.1.2). @throws MediaError */
function skipHrd(reader: BitReader): void {
  const count = reader.readUnsignedExpGolomb() + 1;
  if (count > 32) throw new MediaError('VIDEO_MALFORMED', 'the buffering parameters are out of range');
  reader.skipBits(8); // bit_rate_scale, cpb_size_scale
  for (let index = 0; index < count; index++) {
    reader.readUnsignedExpGolomb(); // bit_rate_value_minus1
    reader.readUnsignedExpGolomb(); // cpb_size_value_minus1
    reader.skipBits(1); // cbr_flag
  }
  reader.skipBits(20); // four lengths of five bits
}
