import type { LiveMuxer } from '../stream/live-muxer.ts';
import type { MediaPart, MediaSegment, MediaWindow } from '../stream/media-window.ts';
import { formatMediaPlaylist } from './format-media-playlist.ts';
import type { MediaPlaylist, PlaylistPart, PlaylistSegment, RenditionReport } from './media-playlist.ts';
import { PlaylistBytes } from './playlist-bytes.ts';

/** File names of a rendition's playlists, without its prefix, and what each is. */
export const MEDIA_PLAYLISTS = {
  'media.m3u8': 'media',
  'media-ll.m3u8': 'media-ll',
} as const;
export type MediaPlaylistName = keyof typeof MEDIA_PLAYLISTS;
/** The multivariant playlists of a stream, and the media playlists they lead to. */
export const MULTIVARIANT_PLAYLISTS = {
  'index.m3u8': 'media.m3u8',
  'low-latency.m3u8': 'media-ll.m3u8',
} as const;
export type PlaylistKind =
  | (typeof MEDIA_PLAYLISTS)[MediaPlaylistName]
  | 'media-ll-delta'
  /** With what was borrowed from another rendition (`stream/bridge.ts`). */
  | 'media-bridged';

export interface HlsPlaylistsOptions {
  readonly window: MediaWindow;
  readonly muxer: LiveMuxer;
  readonly segmentMs: number;
  /** Target duration of the other renditions, seconds: all have the same (RFC 8216bis 6.2.4). */
  readonly otherTargetS?: (() => number) | undefined;
  /** The other renditions' low-latency playlists. */
  readonly listReports?: (() => readonly RenditionReport[]) | undefined;
}

/** Bits per second of what the playlists list. */
export interface MeasuredBitrate {
  readonly peak: number;
  readonly average: number;
}

/** Seconds of media after which a raised target duration may fall again. */
const TARGET_HOLD_SEGMENTS = 60;

/** The media playlists of one rendition, each built at most once per change and shared by all who ask. */
export class HlsPlaylists {
  readonly #options: HlsPlaylistsOptions;
  readonly #built = new Map<PlaylistKind, PlaylistBytes>();
  #targetS: number;
  #segmentsSinceRaised = 0;
  #ended = false;

  constructor(options: HlsPlaylistsOptions) {
    this.#options = options;
    this.#targetS = Math.round(options.segmentMs / 1000) || 1;
  }

  /** EXT-X-TARGETDURATION, seconds. */
  get targetDurationS(): number {
    return Math.max(this.#targetS, this.#options.otherTargetS?.() ?? 0);
  }

  /** The target duration that this rendition alone would have, seconds. */
  get ownTargetS(): number {
    return this.#targetS;
  }

  /** Call when a part was added, and with the segment that it finished. */
  update(finished: MediaSegment | undefined): void {
    if (finished) this.#followDuration(Math.round(finished.durationS));
    this.#built.clear();
  }

  /** Call when the media was forgotten. */
  reset(): void {
    this.#built.clear();
  }

  /** Nothing more will come: the playlists say so from now on. */
  end(): void {
    this.#ended = true;
    this.#built.clear();
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  /**
   * Whether `kind` is of use yet. A media playlist needs a finished segment, also with low latency: players take one of
   * parts alone for empty. A first segment that was ended early is enough for low latency only: a player that gets whole
   * segments would stand still after it.
   */
  isReady(kind: PlaylistKind): boolean {
    const { window, muxer } = this.#options;
    const isBridged = kind === 'media-bridged';
    const [first, second] = isBridged ? window.listed : window.listed.filter(isOwn);
    if (first === undefined) return false;
    if (kind === 'media-ll' || kind === 'media-ll-delta') return true;
    return second !== undefined || first.durationS >= muxer.shortestSegmentS;
  }

  /** What is measured of the media that is there; undefined while there is none. */
  measure(): MeasuredBitrate | undefined {
    const { window } = this.#options;
    const own = window.listed.filter(isOwn);
    const segments = own.length > 0 ? own : window.open ? [window.open] : [];
    let peak = 0;
    let bytes = 0;
    let durationS = 0;
    for (const segment of segments) {
      bytes += segment.byteLength;
      durationS += segment.durationS;
      if (segment.durationS > 0) peak = Math.max(peak, (segment.byteLength * 8) / segment.durationS);
    }
    return durationS > 0 ? { peak, average: (bytes * 8) / durationS } : undefined;
  }

  /** Where the low-latency playlist ends: for the playlists of other renditions. Undefined while it is empty. */
  report(uri: string): RenditionReport | undefined {
    const { window } = this.#options;
    const { open } = window;
    const last = open && open.parts.length > 0 ? open : window.listed.at(-1);
    return last && { uri, lastSequence: last.sequence, lastPart: last.parts.length - 1 };
  }

  get(kind: PlaylistKind): PlaylistBytes {
    let bytes = this.#built.get(kind);
    if (!bytes) {
      bytes = new PlaylistBytes(this.#format(kind));
      this.#built.set(kind, bytes);
    }
    return bytes;
  }

  #format(kind: PlaylistKind): string {
    switch (kind) {
      case 'media':
        return formatMediaPlaylist(this.#model(false));
      case 'media-bridged':
        return formatMediaPlaylist(this.#model(false, true));
      case 'media-ll':
        return formatMediaPlaylist(this.#model(true));
      case 'media-ll-delta':
        return formatMediaPlaylist(this.#model(true), true);
    }
  }

  /** There are other renditions, to which players change. */
  get #hasOthers(): boolean {
    return (this.#options.otherTargetS?.() ?? 0) > 0;
  }

  #model(lowLatency: boolean, isBridged = false): MediaPlaylist {
    const { window, muxer } = this.#options;
    const finished = isBridged ? window.listed : window.listed.filter(isOwn);
    const open = window.open;
    const isOpenListed = lowLatency && open !== undefined && open.parts.length > 0;
    const toSegment = (segment: MediaSegment) => toPlaylistSegment(segment, this.#hasOthers);
    const segments = finished.map(toSegment);
    if (isOpenListed) segments.push(toSegment(open));
    const first = finished[0] ?? open;
    return {
      mediaSequence: first?.sequence ?? muxer.nextSequence,
      discontinuitySequence: first
        ? first.discontinuitySequence - (first.discontinuity ? 1 : 0)
        : window.discontinuitySequence,
      segments,
      targetDurationS: this.targetDurationS,
      lowLatency: lowLatency
        ? {
            partTargetS: segments.reduce(longestPart, muxer.partTargetS),
            preloadUri: this.#ended ? undefined : muxer.nextPartName,
            renditionReports: this.#options.listReports?.() ?? [],
          }
        : undefined,
      ended: this.#ended,
    };
  }

  /** Rises at once, as it must; falls when no segment has needed it for long, so that it does not flap. */
  #followDuration(segmentS: number): void {
    if (segmentS >= this.#targetS) {
      this.#targetS = segmentS;
      this.#segmentsSinceRaised = 0;
      return;
    }
    if (++this.#segmentsSinceRaised < TARGET_HOLD_SEGMENTS) return;
    const wantedS = Math.round(this.#options.segmentMs / 1000) || 1;
    const longest = this.#options.window.listed.reduce(
      (max, segment) => Math.max(max, Math.round(segment.durationS)),
      wantedS,
    );
    this.#targetS = longest;
    this.#segmentsSinceRaised = 0;
  }
}

function isOwn(segment: MediaSegment): boolean {
  return !segment.isBorrowed;
}

/**
 * @param startsOnly whether only a segment's first part is offered to begin with. A player that changes renditions begins
 * at the first independent part that fits; hls.js 1.7, once it began inside a segment, asks for no other one until the
 * parts of that segment have left the list.
 */
function toPlaylistSegment(segment: MediaSegment, startsOnly: boolean): PlaylistSegment {
  return {
    uri: segment.file?.name,
    durationS: segment.durationS,
    discontinuity: segment.discontinuity,
    independent: segment.independent,
    mapUri: segment.initName,
    programDateTimeMs: segment.programDateTimeMs,
    parts: segment.parts.map((part, index) => ({
      ...toPlaylistPart(part),
      independent: part.independent && (index === 0 || !startsOnly),
    })),
  };
}

function toPlaylistPart(part: MediaPart): PlaylistPart {
  return { uri: part.file.name, durationS: part.durationS, independent: part.independent };
}

function longestPart(longest: number, segment: PlaylistSegment): number {
  return segment.parts.reduce((max, part) => Math.max(max, part.durationS), longest);
}
