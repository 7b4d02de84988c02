/**
 * H.265 clips: an Annex B elementary stream (ITU-T H.265 annex B) whose first picture is an IDR with its parameter sets.
 * B-pictures and open groups of pictures are allowed; their order of presentation is derived from the picture order count.
 * Written apart from the engine's own parser on purpose. Clips are our own files: what is unusual is refused.
 */
import { BitReader, rbspOf } from './bit-reader.ts';
import { splitAnnexB, type ClipPicture } from './clip-picture.ts';

export interface H265ClipVideo {
  readonly codec: 'h265';
  readonly fps: number;
  readonly vps: Buffer;
  readonly sps: Buffer;
  readonly pps: Buffer;
  readonly pictures: readonly ClipPicture[];
}

interface Fields {
  readonly log2MaxPocLsb: number;
  readonly hasOutputFlag: boolean;
  readonly extraSliceHeaderBits: number;
}

interface CodedPicture {
  readonly nals: Buffer[];
  readonly type: number;
  readonly pocLsb: number;
}

/** @throws Error when `bytes` are not an Annex B stream that starts with VPS, SPS, PPS and an IDR picture. */
export function parseH265ClipVideo(bytes: Buffer, fps: number): H265ClipVideo {
  if (!(fps > 0 && fps <= 240)) throw new Error('the frame rate of a clip is between 0 and 240');
  const nals = splitAnnexB(bytes);
  const [vps, sps, pps] = [32, 33, 34].map((type) => nals.find((nal) => typeOf(nal) === type));
  if (vps === undefined || sps === undefined || pps === undefined)
    throw new Error('a clip needs a VPS, an SPS and a PPS');
  const fields = readFields(sps, pps);
  const pictures: CodedPicture[] = [];
  for (const nal of nals) {
    const type = typeOf(nal);
    if (type > 21) continue;
    const isFirst = ((nal[2] ?? 0) & 0x80) !== 0;
    if (isFirst) pictures.push({ nals: [nal], type, pocLsb: readPocLsb(nal, type, fields) });
    else pictures.at(-1)?.nals.push(nal);
  }
  if (!isIdr(pictures[0]?.type ?? 0)) throw new Error('the first picture of a clip must be an IDR');
  const order = displayOrder(pictures, 2 ** fields.log2MaxPocLsb);
  return {
    codec: 'h265',
    fps,
    vps,
    sps,
    pps,
    pictures: pictures.map((picture, at) => ({
      nals: picture.nals,
      keyframe: picture.type >= 16,
      displayIndex: order[at] ?? at,
    })),
  };
}

function typeOf(nal: Buffer): number {
  return ((nal[0] ?? 0) >> 1) & 63;
}

function isIdr(type: number): boolean {
  return type === 19 || type === 20;
}

function readFields(sps: Buffer, pps: Buffer): Fields {
  const reader = new BitReader(rbspOf(sps.subarray(1))); // two bytes of header, of which `rbspOf` takes one off
  reader.bits(4); // sps_video_parameter_set_id
  if (reader.bits(3) !== 0) throw new Error('a clip may not use sub-layers');
  reader.bits(1 + 96); // nesting; profile, tier and level
  reader.unsigned(); // sps_seq_parameter_set_id
  if (reader.unsigned() !== 1) throw new Error('a clip must be 4:2:0');
  reader.unsigned(); // pic_width_in_luma_samples
  reader.unsigned(); // pic_height_in_luma_samples
  if (reader.flag()) for (let side = 0; side < 4; side++) reader.unsigned(); // conformance window
  reader.unsigned(); // bit_depth_luma_minus8
  reader.unsigned(); // bit_depth_chroma_minus8
  const log2MaxPocLsb = reader.unsigned() + 4;
  const pictureSet = new BitReader(rbspOf(pps.subarray(1)));
  pictureSet.unsigned(); // pps_pic_parameter_set_id
  pictureSet.unsigned(); // pps_seq_parameter_set_id
  pictureSet.flag(); // dependent_slice_segments_enabled_flag
  return {
    log2MaxPocLsb,
    hasOutputFlag: pictureSet.flag(),
    extraSliceHeaderBits: pictureSet.bits(3),
  };
}

function readPocLsb(slice: Buffer, type: number, fields: Fields): number {
  if (isIdr(type)) return 0;
  const reader = new BitReader(rbspOf(slice.subarray(1), 32));
  reader.flag(); // first_slice_segment_in_pic_flag
  if (type >= 16) reader.flag(); // no_output_of_prior_pics_flag
  reader.unsigned(); // slice_pic_parameter_set_id
  reader.bits(fields.extraSliceHeaderBits);
  reader.unsigned(); // slice_type
  if (fields.hasOutputFlag) reader.flag(); // pic_output_flag
  return reader.bits(fields.log2MaxPocLsb);
}

/** Ranks pictures by picture order count from IDR to IDR (8.3.1, with the usual unwrapping of the lsb). */
function displayOrder(pictures: readonly CodedPicture[], wrap: number): number[] {
  const order: number[] = Array.from({ length: pictures.length });
  let start = 0;
  while (start < pictures.length) {
    let end = start + 1;
    while (end < pictures.length && !isIdr(pictures[end]?.type ?? 0)) end++;
    let previous = 0;
    const unwrapped = pictures.slice(start, end).map(({ pocLsb }, at) => {
      previous = pocLsb + wrap * Math.round((previous - pocLsb) / wrap);
      return { at: start + at, poc: previous };
    });
    unwrapped.sort((a, b) => a.poc - b.poc).forEach(({ at }, rank) => (order[at] = start + rank));
    start = end;
  }
  return order;
}
