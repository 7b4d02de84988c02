import type { LiveMuxer } from '../stream/live-muxer.ts';
import type { MediaWindow } from '../stream/media-window.ts';

/** Where a blocking reload's `_HLS_msn` and `_HLS_part` lie in relation to what exists (RFC 8216bis 6.2.5.2). */

interface Position {
  readonly window: Pick<MediaWindow, 'open' | 'listed'>;
  readonly muxer: Pick<LiveMuxer, 'nextSequence' | 'partTargetS'>;
}

/** Segments that a reload may be ahead of the newest one. */
const MAX_SEGMENTS_AHEAD = 2;

/** Whether the playlist has segment `sequence` (its part `part`) already. */
export function isInPlaylist(stream: Position, sequence: number, part: number | undefined): boolean {
  const { open } = stream.window;
  const next = open?.sequence ?? stream.muxer.nextSequence;
  if (sequence !== next) {
    // A part number beyond the end of a finished segment means part 0 of the next one.
    const finished = sequence === next - 1 ? stream.window.listed.at(-1) : undefined;
    if (finished && part !== undefined && part >= finished.parts.length) return hasPart(open, 0);
    return sequence < next;
  }
  return part !== undefined && hasPart(open, part);
}

/** Whether it asks for something so far ahead that the client must be confused or hostile. */
export function isBeyondPlaylist(stream: Position, sequence: number, part: number | undefined): boolean {
  const { open } = stream.window;
  const newest = open?.sequence ?? stream.muxer.nextSequence - 1;
  if (sequence > newest + MAX_SEGMENTS_AHEAD) return true;
  if (part === undefined || sequence !== open?.sequence) return part !== undefined && part > MAX_PART;
  const { partTargetS } = stream.muxer;
  const advance = partTargetS >= 1 ? 3 : Math.ceil(3 / partTargetS);
  return part > open.parts.length + advance;
}

/** No segment has more parts. */
const MAX_PART = 10_000;

function hasPart(open: { readonly parts: readonly unknown[] } | undefined, part: number): boolean {
  return open !== undefined && open.parts.length > part;
}
