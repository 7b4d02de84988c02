import type { MediaPlaylist, PlaylistPart, PlaylistSegment } from './media-playlist.ts';

/**
 * Writes a media playlist (RFC 8216bis section 4.4), standard or low-latency, whole or as a delta update.
 */

/** Parts are listed for segments that begin within this many target durations of the end (section 4.4.4.9: at least 3). */
const PART_HISTORY_TARGETS = 3;
/** CAN-SKIP-UNTIL in target durations (section 4.4.3.8: at least 6). */
const SKIP_UNTIL_TARGETS = 6;
/** PART-HOLD-BACK in part targets (section 4.4.3.8: at least 2, should be 3). */
const PART_HOLD_BACK_TARGETS = 3;

/** @param skip whether the client asked for a delta update; one is written when there is something to skip. */
export function formatMediaPlaylist(playlist: MediaPlaylist, skip = false): string {
  const { lowLatency, targetDurationS, segments } = playlist;
  const skippable = lowLatency ? countSkippable(playlist) : 0;
  const skipped = skip ? skippable : 0;
  let text = '#EXTM3U\n';
  text += `#EXT-X-VERSION:${skipped > 0 ? 9 : 6}\n`;
  text += `#EXT-X-TARGETDURATION:${targetDurationS}\n`;
  if (lowLatency) {
    text += '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES';
    text += `,PART-HOLD-BACK=${seconds(lowLatency.partTargetS * PART_HOLD_BACK_TARGETS)}`;
    if (skippable > 0) text += `,CAN-SKIP-UNTIL=${seconds(targetDurationS * SKIP_UNTIL_TARGETS)}`;
    text += `\n#EXT-X-PART-INF:PART-TARGET=${seconds(lowLatency.partTargetS)}\n`;
  }
  text += `#EXT-X-MEDIA-SEQUENCE:${playlist.mediaSequence}\n`;
  if (playlist.discontinuitySequence > 0) {
    text += `#EXT-X-DISCONTINUITY-SEQUENCE:${playlist.discontinuitySequence}\n`;
  }
  if (segments.every((segment) => segment.independent)) text += '#EXT-X-INDEPENDENT-SEGMENTS\n';
  if (skipped > 0) text += `#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}\n`;

  const firstWithParts = lowLatency ? findFirstWithParts(playlist) : segments.length;
  let mapUri = skipped > 0 ? segments[skipped - 1]?.mapUri : undefined;
  for (let index = skipped; index < segments.length; index++) {
    const segment = segments[index];
    if (!segment) break;
    text += formatSegment(segment, segment.mapUri !== mapUri, index >= firstWithParts);
    mapUri = segment.mapUri;
  }
  if (playlist.ended) return `${text}#EXT-X-ENDLIST\n`;
  if (lowLatency?.preloadUri) text += `#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${lowLatency.preloadUri}"\n`;
  for (const report of lowLatency?.renditionReports ?? []) {
    text += `#EXT-X-RENDITION-REPORT:URI="${report.uri}",LAST-MSN=${report.lastSequence}`;
    text += report.lastPart === undefined ? '\n' : `,LAST-PART=${report.lastPart}\n`;
  }
  return text;
}

function formatSegment(segment: PlaylistSegment, hasNewMap: boolean, withParts: boolean): string {
  if (segment.uri === undefined && (!withParts || segment.parts.length === 0)) return '';
  let text = '';
  if (segment.discontinuity) text += '#EXT-X-DISCONTINUITY\n';
  if (hasNewMap) text += `#EXT-X-MAP:URI="${segment.mapUri}"\n`;
  text += `#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.programDateTimeMs).toISOString()}\n`;
  if (withParts) for (const part of segment.parts) text += formatPart(part);
  if (segment.uri === undefined) return text;
  if (segment.gap) text += '#EXT-X-GAP\n';
  return `${text}#EXTINF:${segment.durationS.toFixed(5)},\n${segment.uri}\n`;
}

function formatPart(part: PlaylistPart): string {
  let text = `#EXT-X-PART:DURATION=${part.durationS.toFixed(5)},URI="${part.uri}"`;
  if (part.independent) text += ',INDEPENDENT=YES';
  if (part.gap) text += ',GAP=YES';
  return `${text}\n`;
}

/** Finished segments that lie wholly before the skip boundary. */
function countSkippable(playlist: MediaPlaylist): number {
  const boundaryS = playlist.targetDurationS * SKIP_UNTIL_TARGETS;
  let fromEndS = 0;
  for (let index = playlist.segments.length - 1; index >= 0; index--) {
    if (fromEndS >= boundaryS) return index + 1;
    fromEndS += playlist.segments[index]?.durationS ?? 0;
  }
  return 0;
}

function findFirstWithParts(playlist: MediaPlaylist): number {
  const historyS = playlist.targetDurationS * PART_HISTORY_TARGETS;
  let fromEndS = 0;
  for (let index = playlist.segments.length - 1; index >= 0; index--) {
    if (fromEndS >= historyS) return index + 1;
    fromEndS += playlist.segments[index]?.durationS ?? 0;
  }
  return 0;
}

/** A duration of an attribute: at most ms, no trailing zeros. */
function seconds(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
