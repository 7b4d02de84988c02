import type { StreamConfig } from '../sample.ts';
import type { RenditionFacts } from '../stream/rendition.ts';

/** What a variant of a stream is (RFC 8216bis 4.4.6.2), and where its media playlist is. */
export interface Variant extends RenditionFacts {
  readonly uri: string;
}

/**
 * Writes the multivariant playlist of a stream, in the order given: players that do not choose begin with the first.
 * Whether segments are independent, each media playlist says.
 */
export function formatMultivariantPlaylist(variants: readonly Variant[]): string {
  return `#EXTM3U\n#EXT-X-VERSION:6\n${variants.map(formatVariant).join('')}`;
}

function formatVariant(variant: Variant): string {
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
  return `#EXT-X-STREAM-INF:${attributes.join(',')}\n${variant.uri}\n`;
}

/** RFC 6381 codec strings of all tracks, comma separated. */
export function codecsOf(config: StreamConfig): string {
  return [config.video?.codecString, config.audio?.codecString]
    .filter((codec) => codec !== undefined)
    .join(',');
}
