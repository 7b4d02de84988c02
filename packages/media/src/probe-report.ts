import type { SourcePath } from './source.ts';
import type { AudioFacts, VideoFacts } from './stream/stream-status.ts';

/** What `camera probe` prints: one look at a source, a few seconds long. */
export interface ProbeReport {
  /** `Server` header or similar of the camera, when it says one. */
  readonly server: string | undefined;
  readonly tracks: readonly ProbeTrack[];
  /** How its media came, and the certificate that can be pinned. */
  readonly path?: SourcePath | undefined;
  readonly video: (VideoFacts & { readonly bFrames: boolean }) | undefined;
  readonly audio: AudioFacts | undefined;
  /** Bits per second over the probed seconds. */
  readonly bitrate: number | undefined;
  /** Ms from connecting to the first key frame. */
  readonly firstKeyframeAfterMs: number | undefined;
  /** What browsers will make of it: `plays`, `plays-without-sound` or `cannot-play`, with a sentence that says why. */
  readonly verdict: {
    readonly result: 'plays' | 'plays-without-sound' | 'cannot-play';
    readonly explanation: string;
  };
}

export interface ProbeTrack {
  readonly kind: 'video' | 'audio' | 'other';
  /** Encoding name of `a=rtpmap`, e.g. `H264`, `MPEG4-GENERIC`, `PCMA`. */
  readonly encoding: string;
  readonly clockRate: number;
  readonly supported: boolean;
}
