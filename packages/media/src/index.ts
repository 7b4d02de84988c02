/** The engine's public entry: all that `server` and the tools may use. */
export { MediaError, MEDIA_ERROR_KINDS, type MediaErrorCode } from './media-error.ts';
export type { MediaEngine, EngineStats } from './engine.ts';
export {
  RTSP_TRANSPORTS,
  type RtspTransport,
  type SourceDefinition,
  type StreamDefinition,
} from './source-definition.ts';
export {
  STREAM_STATES,
  type StreamDelivery,
  type StreamState,
  type StreamStatus,
  type StreamReason,
  type RenditionStatus,
  type VideoFacts,
  type AudioFacts,
} from './stream/stream-status.ts';
export { VERDICT_KINDS, type CameraVerdict, type VerdictKind } from './stream/verdict.ts';
export type { ProbeReport, ProbeTrack } from './probe-report.ts';
export type { Keyframe } from './stream/keyframe-wishes.ts';
export type { ColourDescription, VideoConfig } from './sample.ts';
export type { WhepSession } from './whep/whep-server.ts';
export type { IsAddressAllowed, SourcePath, TlsFacts } from './source.ts';
export type { AskForKeyframe, RenditionName } from './stream/rendition.ts';
export { createMediaEngine, type MediaEngineOptions, type WhepOptions } from './embedded-engine.ts';
export { fetchPicture, type FetchPictureOptions } from './http/fetch-picture.ts';
export { DEFAULT_LIMITS, type EngineLimits } from './stream/engine-limits.ts';
export { COMMON_HEADERS as MEDIA_HEADERS } from './stream/media-file.ts';
