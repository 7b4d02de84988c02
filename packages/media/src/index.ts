/** The engine's public entry: all that `server` and the tools may use. */
export { MediaError, MEDIA_ERROR_KINDS, type MediaErrorCode } from './media-error.ts';
export type { MediaEngine, EngineStats } from './engine.ts';
export type { SourceDefinition, StreamDefinition } from './source-definition.ts';
export {
  STREAM_STATES,
  type StreamState,
  type StreamStatus,
  type StreamReason,
  type VideoFacts,
  type AudioFacts,
} from './stream/stream-status.ts';
export type { ProbeReport, ProbeTrack } from './probe-report.ts';
export type { Keyframe } from './stream/keyframe-wishes.ts';
export type { ColourDescription, VideoConfig } from './sample.ts';
export type { IsAddressAllowed } from './source.ts';
export { createMediaEngine, type MediaEngineOptions } from './embedded-engine.ts';
export { DEFAULT_LIMITS, type EngineLimits } from './stream/engine-limits.ts';
export { COMMON_HEADERS as MEDIA_HEADERS } from './stream/media-file.ts';
