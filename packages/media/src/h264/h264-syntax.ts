/** What the units of H.264 are to the assembler of access units. */
import { PLACE, type SliceFacts, type VideoSyntax } from '../video/video-syntax.ts';
import type { ActiveConfig } from '../video/access-unit.ts';
import { NAL, isBeforePictureType, isSliceType, nalType } from './nal.ts';
import { ParameterSets } from './parameter-sets.ts';
import { findRecoveryFrameCount } from './sei.ts';
import { isFirstSlice, parseSliceHeader } from './slice-header.ts';

export class H264Syntax implements VideoSyntax {
  readonly #sets = new ParameterSets();

  /** @param fmtp parameters of the SDP, of which `sprop-parameter-sets` is taken as a hint. */
  constructor(fmtp: ReadonlyMap<string, string>) {
    this.#sets.addHints(fmtp.get('sprop-parameter-sets') ?? '');
  }

  findPlace(unit: Buffer): PLACE {
    const type = nalType(unit);
    if (isSliceType(type)) return PLACE.slice;
    if (type === NAL.sps || type === NAL.pps) return PLACE.parameterSet;
    if (type === NAL.sei) return PLACE.message;
    if (type === NAL.filler) return PLACE.behind;
    return isBeforePictureType(type) ? PLACE.before : PLACE.dropped;
  }

  isFirstSlice(slice: Buffer): boolean {
    return isFirstSlice(slice);
  }

  isKeyframeSlice(slice: Buffer): boolean {
    return nalType(slice) === NAL.idrSlice;
  }

  parseSlice(slice: Buffer): SliceFacts {
    const { ppsId, isBidirectional } = parseSliceHeader(slice);
    return { ppsId, isBidirectional, isLeading: false, isClean: false };
  }

  /** A recovery point that is exact at once (recovery_frame_cnt 0) is how open GOPs begin. */
  readMessage(unit: Buffer): { readonly isKeyframe: boolean } | undefined {
    const frames = findRecoveryFrameCount(unit);
    return frames === undefined ? undefined : { isKeyframe: frames === 0 };
  }

  addParameterSet(unit: Buffer): void {
    this.#sets.add(unit);
  }

  findConfig(ppsId: number | undefined): ActiveConfig | undefined {
    return this.#sets.findConfig(ppsId);
  }
}
