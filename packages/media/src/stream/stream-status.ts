import type { MediaErrorCode } from '../media-error.ts';
import type { RenditionName } from './rendition.ts';
import type { CameraVerdict } from './verdict.ts';

/**
 * What a stream is doing, as data: camera trouble is a state with a reason, not an exception.
 *
 *   idle ──first viewer / always──► connecting ──first key frame──► live
 *    ▲                                  │  ▲                          │
 *    └────last viewer + idleCloseMs─────┤  └──backoff──── retrying ◄──┘ any failure
 */
export const STREAM_STATES = ['idle', 'connecting', 'live', 'retrying', 'stopped'] as const;
export type StreamState = (typeof STREAM_STATES)[number];

export interface StreamReason {
  readonly code: MediaErrorCode;
  /** Plain English, no credentials, no addresses: fit for the public page. */
  readonly message: string;
}

export interface VideoFacts {
  /** `H.264`, `H.265`, `JPEG` */
  readonly codec: string;
  readonly codecString: string;
  readonly width: number;
  readonly height: number;
  /** Measured over the last seconds; undefined until two key frames were seen. */
  readonly fps: number | undefined;
  /** Distance of key frames, ms, measured. */
  readonly gopMs: number | undefined;
}

export interface AudioFacts {
  /** `AAC-LC` */
  readonly codec: string;
  readonly codecString: string;
  readonly sampleRate: number;
  readonly channels: number;
}

/**
 * How a stream reaches its viewers: `media` by all deliveries; `pictures` as single JPEG pictures, over the WebSocket or one endless
 * HTTP reply; `relay` as HLS of another server behind our addresses, and no other way.
 */
export type StreamDelivery = 'media' | 'pictures' | 'relay';

export interface StreamStatus {
  readonly key: string;
  readonly state: StreamState;
  /** Why it is not live; undefined while it is live or idle without trouble. */
  readonly reason: StreamReason | undefined;
  /** When `state` was entered, UTC ms; with a `reason`, when the trouble began, however often it was tried since. */
  readonly sinceMs: number;
  /** Last time it was live, UTC ms. */
  readonly lastLiveMs: number | undefined;
  readonly lastKeyframeMs: number | undefined;
  readonly nextAttemptMs: number | undefined;
  /** Undefined until the source was open for the first time. */
  readonly delivery: StreamDelivery | undefined;
  readonly video: VideoFacts | undefined;
  readonly audio: AudioFacts | undefined;
  /** Video and audio together, bits per second over the last seconds. */
  readonly bitrate: number | undefined;
  /** Watching now, all renditions: WebSocket viewers plus HLS clients seen in the last seconds. */
  readonly viewers: number;
  /** The main stream and, where the camera has one, the sub stream. All that stands above is the main's. */
  readonly renditions: readonly RenditionStatus[];
  /** Packets lost since the source was opened. */
  readonly lostPackets: number;
  /** What is to be thought of the camera, for everything that depends on it. */
  readonly verdict: CameraVerdict;
}

/** One of the sizes in which a camera can be watched. */
export interface RenditionStatus {
  readonly name: RenditionName;
  readonly state: StreamState;
  readonly reason: StreamReason | undefined;
  /** Remembered while it sleeps; undefined while it was never seen. */
  readonly video: VideoFacts | undefined;
  readonly audio: AudioFacts | undefined;
  /** Bits per second of the segments last listed; remembered. */
  readonly bitrate: number | undefined;
  readonly viewers: number;
}
