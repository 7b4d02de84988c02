/** What the assembler of access units must know of a codec that is made of NAL units: H.264 and H.265. */
import type { ActiveConfig } from './access-unit.ts';

/** The place of a NAL unit in its access unit. */
export const PLACE = {
  slice: 'slice',
  /** VPS, SPS, PPS: read, not kept. Only before a picture. */
  parameterSet: 'parameter-set',
  /** SEI that `readMessage` looks at. Only before a picture. */
  message: 'message',
  /** Delimiters and the like: dropped. Only before a picture. */
  before: 'before',
  /** Kept behind a slice: filler. */
  behind: 'behind',
  /** Kept behind a slice: what follows refers to nothing before it. */
  sequenceEnd: 'sequence-end',
  /** Dropped, says nothing about where a picture ends. */
  dropped: 'dropped',
  /** Not of the picture that is carried (another layer): as if it were not there. */
  foreign: 'foreign',
} as const;
export type PLACE = (typeof PLACE)[keyof typeof PLACE];

/** What the header of a picture's first slice says. */
export interface SliceFacts {
  readonly ppsId: number;
  readonly isBidirectional: boolean;
  /** Shown before the last key frame, and may refer to what was before that (H.265: RASL). */
  readonly isLeading: boolean;
  /** A key frame behind which leading pictures never decode (H.265: BLA). */
  readonly isClean: boolean;
}

export interface VideoSyntax {
  findPlace(unit: Buffer): PLACE;
  /** True when a slice is the first of its picture. */
  isFirstSlice(slice: Buffer): boolean;
  /** True for a slice of a picture with which decoding can begin. */
  isKeyframeSlice(slice: Buffer): boolean;
  /** @throws MediaError when the header cannot be read. */
  parseSlice(slice: Buffer): SliceFacts;
  /** The message is worth keeping, or undefined. */
  readMessage(unit: Buffer): { readonly isKeyframe: boolean } | undefined;
  /** @throws MediaError when it cannot be read; what was known before stays. */
  addParameterSet(unit: Buffer): void;
  /** The configuration of a picture whose slices name `ppsId`; the same object until it changes. */
  findConfig(ppsId: number | undefined): ActiveConfig | undefined;
}
