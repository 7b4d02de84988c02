/**
 * The engine's common currency: what a depacketiser makes and a muxer, recorder or prober takes.
 *
 *   RTP packets ──► depacketiser ──► access units ──► timeline ──► Sample ──► fragment writer ──► viewers
 *
 * All times of a track are in that track's timescale (video 90 000, audio its sample rate), unwrapped,
 * never negative, with one origin shared by the tracks of a stream.
 */
import type { HlsRelay } from './hls-relay/hls-relay.ts';

/** Ticks per second of every video track (RFC 6184 section 5: 90 kHz clock). */
export const VIDEO_TIMESCALE = 90_000;

/** How the numbers of a picture become colours: code points of ISO/IEC 23091-2 (2 = not specified). */
export interface ColourDescription {
  readonly primaries: number;
  readonly transfer: number;
  readonly matrix: number;
  /** True: luma 0..255; false: 16..235. */
  readonly fullRange: boolean;
}

export interface VideoConfig {
  readonly kind: 'video';
  readonly codec: 'h264' | 'h265' | 'jpeg';
  /** RFC 6381 string from the SPS bytes, e.g. `avc1.64001f`, `hvc1.1.6.L93.B0`; `jpeg` for single JPEG pictures, which no MP4 carries. */
  readonly codecString: string;
  /** Ticks per second: always `VIDEO_TIMESCALE`. */
  readonly timescale: number;
  /** Cropped picture size in pixels. */
  readonly width: number;
  readonly height: number;
  /** Sample aspect ratio from the VUI, 1:1 when absent. */
  readonly sampleAspectRatio: readonly [number, number];
  /** Frame rate announced in the VUI, when it is there and believable. */
  readonly announcedFps: number | undefined;
  /** Colours as the VUI describes them; absent when it does not. */
  readonly colour?: ColourDescription | undefined;
  /** Pictures that may be reordered (0 = no B-frames); from the VUI, the profile or observation. */
  readonly maxReorder: number;
  /**
   * Payload of the sample entry's configuration box: AVCDecoderConfigurationRecord or HEVCDecoderConfigurationRecord
   * (ISO 14496-15 5.3.3, 8.3.3); empty for JPEG.
   */
  readonly decoderConfig: Buffer;
}

export interface AudioConfig {
  readonly kind: 'audio';
  readonly codec: 'aac' | 'opus' | 'flac';
  /** RFC 6381 string, e.g. `mp4a.40.2`, `Opus`, `fLaC`. */
  readonly codecString: string;
  /** Ticks per second: the sampling rate. */
  readonly timescale: number;
  readonly sampleRate: number;
  readonly channels: number;
  /** AudioSpecificConfig (ISO 14496-3 1.6.2.1), payload of `dOps`, or the metadata blocks of `dfLa`. */
  readonly decoderConfig: Buffer;
  /** The camera sends G.711, mono at 8 kHz, as WebRTC carries it: samples then have `Sample.g711` beside the FLAC made of it. */
  readonly g711?: G711Law | undefined;
}

/** The two laws of ITU-T G.711, by their encoding names (RFC 3551): µ-law and A-law. */
export type G711Law = 'PCMU' | 'PCMA';

export type TrackConfig = VideoConfig | AudioConfig;

/** What the tracks of a stream are, from this sample on. A new object means new init segment. */
export interface StreamConfig {
  readonly video: VideoConfig | undefined;
  readonly audio: AudioConfig | undefined;
}

export interface Sample {
  readonly kind: 'video' | 'audio';
  /** Video: NAL units with 4-byte lengths, without parameter sets and AUD, or a JPEG picture. Audio: one frame as its codec names it. */
  readonly data: Buffer;
  /** Decode time, track timescale. Strictly increasing within a track. */
  readonly dts: number;
  /** Presentation time, track timescale; `pts >= dts` does not hold for every camera (trun v1 has signed offsets). */
  readonly pts: number;
  /** Time to the next sample of the track, track timescale, > 0. */
  readonly duration: number;
  /** True for an IDR (or recovery-point) access unit and for every audio frame. */
  readonly keyframe: boolean;
  /** When it was taken as far as we know, UTC ms: when it arrived, smoothed (timeline/wall-clock.ts). */
  readonly wallMs: number;
  /** The same sound as the camera sent it, a byte a sample; only where `AudioConfig.g711` says so, and not of silence put in by us. */
  readonly g711?: Buffer | undefined;
}

/** What flows out of a source, in order. */
export type MediaEvent =
  | { readonly type: 'config'; readonly config: StreamConfig }
  | { readonly type: 'sample'; readonly sample: Sample }
  /** Media time is not continuous after this (reconnect, loss until the next key frame, jump of the camera's clock). */
  | { readonly type: 'discontinuity'; readonly reason: string }
  /** The source answers, but has nothing newer than before: it is not stalled. */
  | { readonly type: 'unchanged' }
  /** There are no samples: the source is an HLS stream of another server, which is relayed. */
  | { readonly type: 'relay'; readonly relay: HlsRelay };
