import type { Arrival } from '../rtp/arrival.ts';
import type { ActiveConfig } from './parameter-sets.ts';

/** One coded picture, whole and decodable: what the depacketiser makes and the timeline dates. */
export interface AccessUnit {
  /** NAL units with 4-byte lengths, without parameter sets, delimiters and private messages. */
  readonly data: Buffer;
  /** RTP timestamp of its slices, as on the wire. */
  readonly timestamp: number;
  /** An IDR picture, or one with an exact recovery point. */
  readonly keyframe: boolean;
  /** Holds a B slice: pictures are not in the order in which they are shown. */
  readonly bidirectional: boolean;
  /** Pictures before it were dropped, for loss or damage. Always a key frame then. */
  readonly afterLoss: boolean;
  /** The configuration since the last key frame, this one included. */
  readonly active: ActiveConfig;
  /** When its first slice arrived. */
  readonly arrival: Arrival;
}
