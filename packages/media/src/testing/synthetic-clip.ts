/**
 * A clip made without any encoder or file, for unit tests and machines without ffmpeg: a grey field with a frame around it, a
 * bright block that moves, and a row of blocks that count the pictures. Constrained Baseline, 6 kB/s. With `barRows` the top is a
 * slice of its own, as in the demo's clips, so that the clock can be burnt in.
 * The sound is AAC silence: a whole silent frame is a handful of constant bits (ISO 14496-3 4.4.2).
 */
import { BitWriter, encodeNal } from './bit-writer.ts';
import { BLOCK_SLICE_QP, createBlockPicture, writeBlockSlice, type BlockPicture } from './block-slice.ts';
import {
  audioConfig,
  parseClipVideo,
  SAMPLE_RATES,
  type Clip,
  type ClipAudio,
  type ClipVideo,
} from './clip.ts';

export interface SyntheticClipOptions {
  /** Pixels, a multiple of 16. Default 320. */
  readonly width?: number;
  /** Pixels, a multiple of 16. Default 240. */
  readonly height?: number;
  /** Default 25. */
  readonly fps?: number;
  /** Pictures in the loop. Default 4 * fps. */
  readonly pictures?: number;
  /** Pictures from IDR to IDR. Default 2 * fps. */
  readonly gop?: number;
  /** Adds silent AAC-LC of this rate and channel count. Default none. */
  readonly audio?: { readonly sampleRate: 16_000 | 44_100 | 48_000; readonly channels: 1 | 2 };
  /** Rows of 16 pixels at the top that are a slice of their own, plain dark: room for a clock overlay. Default 0: one slice. */
  readonly barRows?: number;
  /** Appends about this many bytes of filler data (NAL type 12) to each picture, to reach a bit rate. Default 0. */
  readonly fillerBytes?: number;
}

/** Builds the clip in memory; about 1 ms per picture of 320×240. */
export function createSyntheticClip(
  options: SyntheticClipOptions = {},
): Clip & { readonly video: ClipVideo } {
  const { fps = 25 } = options;
  const audio = options.audio === undefined ? undefined : silentAudio(options.audio);
  return { video: parseClipVideo(encodeSyntheticVideo(options), fps), audio };
}

/** The clip's pictures as an Annex B stream, parameter sets before each IDR. */
export function encodeSyntheticVideo(options: SyntheticClipOptions = {}): Buffer {
  const { width = 320, height = 240, fps = 25 } = options;
  const { pictures = 4 * fps, gop = 2 * fps, fillerBytes = 0, barRows = 0 } = options;
  if (width % 16 !== 0 || height % 16 !== 0) throw new RangeError('the size must be a multiple of 16');
  if (barRows < 0 || barRows * 16 >= height) throw new RangeError('the bar must leave room for a picture');
  const parts: Buffer[] = [];
  const bar = new SliceSeries(width / 4, barRows * 4, 0);
  const field = new SliceSeries(width / 4, height / 4 - barRows * 4, (barRows * width) / 16);
  const dark = createBlockPicture(width / 4, barRows * 4, 28);
  for (let index = 0; index < pictures; index++) {
    const place = { inGop: index % gop, gopIndex: Math.floor(index / gop) };
    if (place.inGop === 0) {
      parts.push(START_CODE, syntheticSps(width, height, fps), START_CODE, syntheticPps());
    }
    if (barRows > 0) parts.push(START_CODE, bar.encode(dark, place));
    parts.push(START_CODE, field.encode(drawPicture(field.width, field.height, index, pictures), place));
    if (fillerBytes > 0) parts.push(START_CODE, fillerNal(fillerBytes));
  }
  return Buffer.concat(parts);
}

const START_CODE = Buffer.from([0, 0, 0, 1]);
const LOG2_MAX_FRAME_NUM = 8;

/** The same slice of one picture after the other, with what the decoder holds for it. */
class SliceSeries {
  readonly width: number;
  readonly height: number;
  readonly #firstMb: number;
  readonly #decoded: BlockPicture;
  #shown: BlockPicture;

  /** @param width @param height in blocks of 4 pixels. */
  constructor(width: number, height: number, firstMb: number) {
    this.width = width;
    this.height = height;
    this.#firstMb = firstMb;
    this.#decoded = createBlockPicture(width, height);
    this.#shown = this.#decoded;
  }

  encode(
    wanted: BlockPicture,
    { inGop, gopIndex }: { readonly inGop: number; readonly gopIndex: number },
  ): Buffer {
    const writer = new BitWriter();
    const idr = inGop === 0;
    writer
      .unsigned(this.#firstMb)
      .unsigned(idr ? 7 : 5)
      .unsigned(0); // slice_type, pic_parameter_set_id
    writer.bits(inGop % 2 ** LOG2_MAX_FRAME_NUM, LOG2_MAX_FRAME_NUM);
    if (idr) writer.unsigned(gopIndex % 2);
    else writer.flag(false).flag(false); // no override of the reference count, no list modification
    if (idr) writer.bits(0, 2);
    else writer.flag(false); // dec_ref_pic_marking: sliding window
    writer.signed(BLOCK_SLICE_QP - 26);
    writer.unsigned(1); // disable_deblocking_filter_idc
    writeBlockSlice(writer, wanted, this.#shown, this.#decoded, idr);
    this.#shown = wanted;
    return encodeNal(idr ? 0x65 : 0x61, writer.finish());
  }
}

function syntheticSps(width: number, height: number, fps: number): Buffer {
  const writer = new BitWriter();
  writer.bits(66, 8).bits(0xc0, 8).bits(31, 8); // Baseline, constraint_set0 and 1 (Constrained Baseline), level 3.1
  writer
    .unsigned(0)
    .unsigned(LOG2_MAX_FRAME_NUM - 4)
    .unsigned(2); // pic_order_cnt_type 2: output in decoding order
  writer.unsigned(1).flag(false); // one reference frame
  writer.unsigned(width / 16 - 1).unsigned(height / 16 - 1);
  writer.flag(true).flag(true).flag(false); // frames only, direct_8x8_inference, no cropping
  writer.flag(true); // VUI: only the timing
  writer
    .bits(0, 4)
    .flag(true)
    .bits(1000, 32)
    .bits(fps * 2000, 32)
    .flag(true);
  writer.bits(0, 3); // no HRD parameters, no pic_struct
  writer.flag(true).flag(true).unsigned(0).unsigned(0).unsigned(10).unsigned(10).unsigned(0).unsigned(1);
  return encodeNal(0x67, writer.finish());
}

function syntheticPps(): Buffer {
  const writer = new BitWriter();
  writer.unsigned(0).unsigned(0).flag(false).flag(false).unsigned(0); // CAVLC, one slice group
  writer.unsigned(0).unsigned(0).flag(false).bits(0, 2);
  writer.signed(0).signed(0).signed(0).flag(true).flag(false).flag(false); // deblocking control present
  return encodeNal(0x68, writer.finish());
}

/** Filler data RBSP (7.3.2.7): 0xff bytes, ignored by decoders. */
function fillerNal(length: number): Buffer {
  return encodeNal(12, Buffer.concat([Buffer.alloc(Math.max(0, length - 2), 0xff), Buffer.from([0x80])]));
}

function drawPicture(width: number, height: number, index: number, pictures: number): BlockPicture {
  const picture = createBlockPicture(width, height, 96);
  fill(picture, 0, 0, width, 1, 176);
  fill(picture, 0, height - 1, width, 1, 176);
  const side = Math.max(2, Math.floor(height / 5));
  const turn = (2 * Math.PI * index) / pictures;
  const x = Math.round(((width - side) / 2) * (1 + 0.8 * Math.cos(turn)));
  const y = Math.round(((height - side) / 2) * (1 + 0.7 * Math.sin(turn)));
  fill(picture, x, y, side, side, 224);
  for (let bit = 0; bit < 10; bit++) {
    fill(picture, 2 + bit * 3, height - 5, 2, 2, ((index >> (9 - bit)) & 1) === 1 ? 235 : 16);
  }
  return picture;
}

function fill(
  picture: BlockPicture,
  x: number,
  y: number,
  width: number,
  height: number,
  luma: number,
): void {
  for (let row = Math.max(0, y); row < Math.min(picture.height, y + height); row++) {
    picture.luma.fill(
      luma,
      row * picture.width + Math.max(0, x),
      row * picture.width + Math.min(picture.width, x + width),
    );
  }
}

/** One second and a bit of silence; every frame is the same. */
export function silentAudio(of: { readonly sampleRate: number; readonly channels: 1 | 2 }): ClipAudio {
  const rateIndex = SAMPLE_RATES.findIndex((rate) => rate === of.sampleRate);
  if (rateIndex < 0) throw new RangeError('not an AAC sampling rate');
  const frame = silentFrame(of.channels);
  return {
    sampleRate: of.sampleRate,
    channels: of.channels,
    config: audioConfig({ objectType: 2, rateIndex, channels: of.channels }),
    frames: Array.from({ length: 50 }, () => frame),
  };
}

/** raw_data_block: an SCE (mono) or CPE (stereo) with max_sfb 0, so without any spectrum, then END. */
function silentFrame(channels: 1 | 2): Buffer {
  const writer = new BitWriter();
  const silentChannel = () => {
    writer.bits(100, 8); // global_gain
    // ics_info: reserved, long window, sine shape, max_sfb 0, no prediction
    writer.bits(0, 1).bits(0, 2).bits(0, 1).bits(0, 6).bits(0, 1);
    writer.bits(0, 3); // no pulse data, no TNS, no gain control
  };
  writer.bits(channels === 1 ? 0 : 1, 3).bits(0, 4); // element, instance tag
  if (channels === 2) writer.bits(0, 1); // no common window
  for (let channel = 0; channel < channels; channel++) silentChannel();
  writer.bits(7, 3); // ID_END
  const padded = writer.bitLength % 8 === 0 ? 0 : 8 - (writer.bitLength % 8);
  writer.bits(0, padded);
  const length = writer.bitLength / 8;
  return writer.finish().subarray(0, length);
}
