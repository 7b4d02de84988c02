/**
 * The few fields of SPS, PPS and slice header (ISO 14496-10 sections 7.3.2.1, 7.3.2.2, 7.3.3) that the clip reader and the clock
 * slice need. Written apart from the engine's own parser on purpose: two readings of the standard find more mistakes than one.
 * Clips are files of ours, so anything unusual (interlace, scaling lists, reordering commands) is refused, not handled.
 */
import { BitReader, rbspOf } from './bit-reader.ts';

export interface ClipSps {
  readonly profile: number;
  readonly log2MaxFrameNum: number;
  readonly pocType: 0 | 2;
  /** Bits of pic_order_cnt_lsb; 0 when `pocType` is 2. */
  readonly log2MaxPocLsb: number;
  readonly widthMbs: number;
  readonly heightMbs: number;
}

export interface ClipPps {
  readonly cabac: boolean;
  readonly pocExtra: boolean;
  readonly weighted: boolean;
  /** 26 + pic_init_qp_minus26. */
  readonly initialQp: number;
  readonly deblockingControl: boolean;
  readonly redundantPictures: boolean;
}

export interface ClipSliceHeader {
  readonly firstMb: number;
  /** True for an I slice, false for P. */
  readonly intra: boolean;
  readonly isB: boolean;
  /** pic_order_cnt_lsb, 0 for pocType 2. */
  readonly pocLsb: number;
  /** Bits of the RBSP before slice_qp_delta: what a replacement slice of the same picture repeats. Undefined for B slices. */
  readonly bitsBeforeQp: number | undefined;
}

const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128]);

/** @throws Error for what a clip may not use. */
export function parseClipSps(nal: Uint8Array): ClipSps {
  const reader = new BitReader(rbspOf(nal));
  const profile = reader.bits(8);
  reader.bits(16); // constraint flags, level_idc
  reader.unsigned(); // seq_parameter_set_id
  if (HIGH_PROFILES.has(profile)) {
    if (reader.unsigned() !== 1) throw new Error('a clip must be 4:2:0');
    reader.unsigned(); // bit_depth_luma_minus8
    reader.unsigned(); // bit_depth_chroma_minus8
    reader.flag(); // qpprime_y_zero_transform_bypass_flag
    if (reader.flag()) throw new Error('a clip may not use scaling lists');
  }
  const log2MaxFrameNum = reader.unsigned() + 4;
  const pocType = reader.unsigned();
  if (pocType !== 0 && pocType !== 2) throw new Error('a clip may not use picture order count type 1');
  const log2MaxPocLsb = pocType === 0 ? reader.unsigned() + 4 : 0;
  reader.unsigned(); // max_num_ref_frames
  reader.flag(); // gaps_in_frame_num_value_allowed_flag
  const widthMbs = reader.unsigned() + 1;
  const heightMbs = reader.unsigned() + 1;
  if (!reader.flag()) throw new Error('a clip may not be interlaced');
  return { profile, log2MaxFrameNum, pocType, log2MaxPocLsb, widthMbs, heightMbs };
}

/** @throws Error for what a clip may not use. */
export function parseClipPps(nal: Uint8Array): ClipPps {
  const reader = new BitReader(rbspOf(nal));
  reader.unsigned(); // pic_parameter_set_id
  reader.unsigned(); // seq_parameter_set_id
  const cabac = reader.flag();
  const pocExtra = reader.flag();
  if (reader.unsigned() !== 0) throw new Error('a clip may not use slice groups');
  reader.unsigned(); // num_ref_idx_l0_default_active_minus1
  reader.unsigned(); // num_ref_idx_l1_default_active_minus1
  const weighted = reader.flag();
  reader.bits(2); // weighted_bipred_idc
  const initialQp = 26 + reader.signed();
  reader.signed(); // pic_init_qs_minus26
  reader.signed(); // chroma_qp_index_offset
  const deblockingControl = reader.flag();
  reader.flag(); // constrained_intra_pred_flag
  const redundantPictures = reader.flag();
  return { cabac, pocExtra, weighted, initialQp, deblockingControl, redundantPictures };
}

/** @throws Error for what a clip may not use. */
export function parseClipSlice(nal: Uint8Array, sps: ClipSps, pps: ClipPps): ClipSliceHeader {
  const type = (nal[0] ?? 0) & 31;
  const referenced = ((nal[0] ?? 0) & 0x60) !== 0;
  const reader = new BitReader(rbspOf(nal, 64));
  const firstMb = reader.unsigned();
  const sliceType = reader.unsigned() % 5;
  if (sliceType > 2) throw new Error('a clip may not use switching slices');
  reader.unsigned(); // pic_parameter_set_id
  reader.bits(sps.log2MaxFrameNum);
  if (type === 5) reader.unsigned(); // idr_pic_id
  const pocLsb = sps.pocType === 0 ? reader.bits(sps.log2MaxPocLsb) : 0;
  const common = { firstMb, intra: sliceType === 2, isB: sliceType === 1, pocLsb };
  if (sliceType === 1) return { ...common, bitsBeforeQp: undefined };
  if (pps.pocExtra && sps.pocType === 0) reader.signed();
  if (pps.redundantPictures) reader.unsigned();
  if (sliceType === 0) {
    if (reader.flag()) reader.unsigned(); // num_ref_idx_l0_active_minus1
    // A weight table or a reordered list would have to be walked; x264 writes neither in Constrained Baseline with one reference.
    if (reader.flag() || pps.weighted) return { ...common, bitsBeforeQp: undefined };
  }
  if (type === 5) reader.bits(2);
  else if (referenced && reader.flag()) return { ...common, bitsBeforeQp: undefined };
  return { ...common, bitsBeforeQp: pps.cabac && sliceType === 0 ? undefined : reader.position };
}
