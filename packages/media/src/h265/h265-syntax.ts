/** What the units of H.265 are to the assembler of access units. */
import type { ActiveConfig } from '../video/access-unit.ts';
import { PLACE, type SliceFacts, type VideoSyntax } from '../video/video-syntax.ts';
import { NAL, isBeforePictureType, isRandomAccessType, isSliceType, nalLayer, nalType } from './nal.ts';
import { ParameterSets } from './parameter-sets.ts';
import { isFirstSlice, parseSliceHeader } from './slice-header.ts';

export class H265Syntax implements VideoSyntax {
  readonly #sets = new ParameterSets();

  /** @param fmtp parameters of the SDP, of which `sprop-vps`, `sprop-sps` and `sprop-pps` are taken as a hint. */
  constructor(fmtp: ReadonlyMap<string, string>) {
    this.#sets.addHints(fmtp);
  }

  findPlace(unit: Buffer): PLACE {
    if (nalLayer(unit) !== 0) return PLACE.foreign;
    const type = nalType(unit);
    if (isSliceType(type)) return PLACE.slice;
    if (type >= NAL.vps && type <= NAL.pps) return PLACE.parameterSet;
    if (type === NAL.filler) return PLACE.behind;
    if (type === NAL.endOfSequence || type === NAL.endOfBitstream) return PLACE.sequenceEnd;
    return isBeforePictureType(type) ? PLACE.before : PLACE.dropped;
  }

  isFirstSlice(slice: Buffer): boolean {
    return isFirstSlice(slice);
  }

  isKeyframeSlice(slice: Buffer): boolean {
    return isRandomAccessType(nalType(slice));
  }

  parseSlice(slice: Buffer): SliceFacts {
    const type = nalType(slice);
    const header = parseSliceHeader(slice, (ppsId) => this.#sets.findExtraSliceHeaderBits(ppsId));
    return {
      ppsId: header.ppsId,
      isBidirectional: header.isBidirectional ?? false,
      isLeading: type === NAL.raslN || type === NAL.raslR,
      isClean: type >= NAL.blaFirst && type <= NAL.blaLast,
    };
  }

  /** No message is of use: key frames are known by their type. */
  readMessage(): undefined {}

  addParameterSet(unit: Buffer): void {
    this.#sets.add(unit);
  }

  findConfig(ppsId: number | undefined): ActiveConfig | undefined {
    return this.#sets.findConfig(ppsId);
  }
}
