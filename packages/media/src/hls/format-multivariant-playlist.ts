import type { StreamConfig } from '../sample.ts';

/** What the one variant of a stream is (RFC 8216bis 4.4.6.2). */
export interface Variant {
  readonly uri: string;
  readonly config: StreamConfig;
  /** Peak and average segment bitrate, bits per second. */
  readonly peakBitrate: number;
  readonly averageBitrate: number;
  readonly fps: number | undefined;
}

/** Writes the multivariant playlist of a stream with a single rendition. Whether segments are independent, each media playlist says. */
export function formatMultivariantPlaylist(variant: Variant): string {
  const { video } = variant.config;
  const attributes = [
    `BANDWIDTH=${Math.max(1, Math.ceil(variant.peakBitrate))}`,
    `AVERAGE-BANDWIDTH=${Math.max(1, Math.ceil(variant.averageBitrate))}`,
    `CODECS="${codecsOf(variant.config)}"`,
  ];
  if (video) {
    const [horizontal, vertical] = video.sampleAspectRatio;
    const width = vertical > 0 ? Math.round((video.width * horizontal) / vertical) : video.width;
    attributes.push(`RESOLUTION=${width}x${video.height}`);
    const fps = variant.fps ?? video.announcedFps;
    if (fps !== undefined && fps > 0) attributes.push(`FRAME-RATE=${fps.toFixed(3)}`);
  }
  attributes.push('CLOSED-CAPTIONS=NONE');
  return `#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-STREAM-INF:${attributes.join(',')}\n${variant.uri}\n`;
}

/** RFC 6381 codec strings of all tracks, comma separated. */
export function codecsOf(config: StreamConfig): string {
  return [config.video?.codecString, config.audio?.codecString]
    .filter((codec) => codec !== undefined)
    .join(',');
}
