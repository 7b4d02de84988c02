import type { StreamConfig, VideoConfig } from '../sample.ts';
import { RENDITION_NAMES, type RenditionFacts, type RenditionName } from '../stream/rendition.ts';
import type { StreamReason, StreamState } from '../stream/stream-status.ts';

/**
 * The text messages of MSE over WebSocket. Binary messages are an init segment after each `config`, then fragments.
 * A viewer may say one thing: `{"type":"switch","rendition":"sub"}`. Anything else that it sends is ignored.
 *
 *   config · init · fragment (from a key frame) · fragment · … · discontinuity · fragment · …
 *   renditions before all that, where there is a choice · switch-failed when a wished one cannot be had
 *   status whenever the camera goes away or comes back · bye before the server closes
 *
 * A camera that sends single pictures: `config` with `image/jpeg`, then a picture in each binary message. A stream that is relayed
 * as HLS has nothing for a WebSocket: `config` with the type of a playlist, and nothing after it.
 */
export type MseMessage =
  | {
      readonly type: 'config';
      readonly rendition: RenditionName;
      /**
       * For `MediaSource.isTypeSupported`, `addSourceBuffer` and `changeType`. Opus and FLAC in small letters, as the registrations
       * of these codecs for Media Source Extensions have them: not every browser that plays them takes the names of RFC 6381.
       */
      readonly mime: string;
      readonly video: {
        readonly codec_string: string;
        readonly width: number;
        readonly height: number;
      } | null;
      readonly audio: {
        readonly codec_string: string;
        readonly sample_rate: number;
        readonly channels: number;
      } | null;
    }
  /** The fragments that follow do not continue the ones before; they begin with a key frame. */
  | { readonly type: 'discontinuity' }
  | { readonly type: 'status'; readonly state: StreamState; readonly reason: StreamReason | null }
  | { readonly type: 'renditions'; readonly renditions: readonly OfferedRendition[] }
  | { readonly type: 'switch-failed'; readonly rendition: RenditionName }
  | { readonly type: 'bye'; readonly reason: ByeReason };

/** A rendition that a viewer may choose. What was never seen has no type and no size yet. */
export interface OfferedRendition {
  readonly name: RenditionName;
  readonly available: boolean;
  readonly mime: string | null;
  readonly width: number | null;
  readonly height: number | null;
  /** Bits per second. */
  readonly bitrate: number | null;
}

/** `stopping`: the server shuts down. `replaced`: connect again. `removed`: the stream is gone. */
export type ByeReason = 'stopping' | 'replaced' | 'removed';

/** WebSocket close codes (RFC 6455 7.4.1 and the IANA registry). */
export const CLOSE_CODES = { stopping: 1001, removed: 1001, replaced: 1012, floods: 1008 } as const;

export function formatMseMessage(message: MseMessage): string {
  return JSON.stringify(message);
}

/** What follows are JPEG pictures, whole and single. */
export function pictureConfigMessage({ codecString, width, height }: VideoConfig): MseMessage {
  return {
    type: 'config',
    rendition: 'main',
    mime: 'image/jpeg',
    video: { codec_string: codecString, width, height },
    audio: null,
  };
}

/** Nothing follows: the stream is to be had as HLS only. */
export const HLS_ONLY_MESSAGE: MseMessage = {
  type: 'config',
  rendition: 'main',
  mime: 'application/vnd.apple.mpegurl',
  video: null,
  audio: null,
};

export function configMessage(config: StreamConfig, rendition: RenditionName): MseMessage {
  const { video, audio } = config;
  return {
    type: 'config',
    rendition,
    mime: mimeOf(config),
    video: video ? { codec_string: video.codecString, width: video.width, height: video.height } : null,
    audio: audio
      ? { codec_string: audio.codecString, sample_rate: audio.sampleRate, channels: audio.channels }
      : null,
  };
}

export function renditionsMessage(
  renditions: readonly {
    readonly name: RenditionName;
    readonly facts: RenditionFacts | undefined;
    readonly isAvailable: boolean;
  }[],
): MseMessage {
  return {
    type: 'renditions',
    renditions: renditions.map(({ name, facts, isAvailable }) => ({
      name,
      available: isAvailable,
      mime: facts ? mimeOf(facts.config) : null,
      width: facts?.config.video?.width ?? null,
      height: facts?.config.video?.height ?? null,
      bitrate: facts ? Math.round(facts.averageBitrate) : null,
    })),
  };
}

/** The rendition that a viewer's message wishes; undefined for a message that says something else, or nothing. */
export function parseSwitch(text: string): RenditionName | undefined {
  try {
    const message: unknown = JSON.parse(text);
    if (typeof message !== 'object' || message === null) return undefined;
    if (Reflect.get(message, 'type') !== 'switch') return undefined;
    const wished: unknown = Reflect.get(message, 'rendition');
    return RENDITION_NAMES.find((name) => name === wished);
  } catch {
    return undefined;
  }
}

function mimeOf(config: StreamConfig): string {
  return `${config.video ? 'video' : 'audio'}/mp4; codecs="${mseCodecsOf(config)}"`;
}

function mseCodecsOf({ video, audio }: StreamConfig): string {
  const sound = audio?.codec === 'aac' ? audio.codecString : audio?.codecString.toLowerCase();
  return [video?.codecString, sound].filter((codec) => codec !== undefined).join(',');
}
