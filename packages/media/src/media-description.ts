import type { KeyframeRequest } from './rtp/keyframe-request.ts';

/** A usable `m=` section of the session description (RFC 4566), already decided on by payload type. */
export interface MediaDescription {
  readonly kind: 'video' | 'audio' | 'other';
  readonly payloadType: number;
  /** Encoding name of `a=rtpmap` in upper case: `H264`, `MPEG4-GENERIC`, `PCMA`, … */
  readonly encoding: string;
  /** RTP ticks a second; 0 when the camera does not say. */
  readonly clockRate: number;
  /** Channels of `a=rtpmap` (audio), 1 when absent. */
  readonly channels: number;
  /** `a=fmtp` parameters, names in lower case, values as sent. */
  readonly fmtp: ReadonlyMap<string, string>;
  /** `a=control` as sent; undefined when absent. */
  readonly control: string | undefined;
  /** `a=framerate`, when sent. */
  readonly framerate: number | undefined;
  /** Size in pixels by `a=framesize` or `a=x-dimensions`, when sent: JPEG pictures above 2040 pixels need it. */
  readonly dimensions?: { readonly width: number; readonly height: number } | undefined;
  /** How the camera lets itself be asked for a key frame (`a=rtcp-fb`); absent when it does not. */
  readonly keyframeRequest?: KeyframeRequest | undefined;
}

/** Codecs the engine carries today; anything else is described, not set up. */
export type SupportedEncoding =
  | 'H264'
  | 'H265'
  | 'JPEG'
  | 'MPEG4-GENERIC'
  | 'MP4A-LATM'
  | 'OPUS'
  | 'PCMU'
  | 'PCMA'
  | 'L16'
  | 'PCM';
