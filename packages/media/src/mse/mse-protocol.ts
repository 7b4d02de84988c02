import type { StreamConfig, VideoConfig } from '../sample.ts';
import type { StreamReason, StreamState } from '../stream/stream-status.ts';

/**
 * The text messages of MSE over WebSocket. Binary messages are an init segment after each `config`, then fragments.
 * Everything goes from the server to the viewer; what a viewer sends is ignored.
 *
 *   config · init · fragment (from a key frame) · fragment · … · discontinuity · fragment · …
 *   status whenever the camera goes away or comes back · bye before the server closes
 *
 * A camera that sends single pictures: `config` with `image/jpeg`, then a picture in each binary message. A stream that is relayed
 * as HLS has nothing for a WebSocket: `config` with the type of a playlist, and nothing after it.
 */
export type MseMessage =
  | {
      readonly type: 'config';
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
  | { readonly type: 'bye'; readonly reason: ByeReason };

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
    mime: 'image/jpeg',
    video: { codec_string: codecString, width, height },
    audio: null,
  };
}

/** Nothing follows: the stream is to be had as HLS only. */
export const HLS_ONLY_MESSAGE: MseMessage = {
  type: 'config',
  mime: 'application/vnd.apple.mpegurl',
  video: null,
  audio: null,
};

export function configMessage(config: StreamConfig): MseMessage {
  const { video, audio } = config;
  return {
    type: 'config',
    mime: `${video ? 'video' : 'audio'}/mp4; codecs="${mseCodecsOf(config)}"`,
    video: video ? { codec_string: video.codecString, width: video.width, height: video.height } : null,
    audio: audio
      ? { codec_string: audio.codecString, sample_rate: audio.sampleRate, channels: audio.channels }
      : null,
  };
}

function mseCodecsOf({ video, audio }: StreamConfig): string {
  const sound = audio?.codec === 'aac' ? audio.codecString : audio?.codecString.toLowerCase();
  return [video?.codecString, sound].filter((codec) => codec !== undefined).join(',');
}
