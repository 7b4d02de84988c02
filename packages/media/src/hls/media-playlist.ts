/**
 * A media playlist as data. `format-media-playlist.ts` writes it; names and numbers follow RFC 8216bis section 4.4.
 */

export interface PlaylistPart {
  readonly uri: string;
  readonly durationS: number;
  /** INDEPENDENT=YES: a decoder can start in it. */
  readonly independent: boolean;
  /** GAP=YES: announced but not available. */
  readonly gap?: boolean;
}

export interface PlaylistSegment {
  /** Undefined for the segment that is still growing: only its parts are listed. */
  readonly uri: string | undefined;
  readonly durationS: number;
  /** Media time does not continue from the segment before. */
  readonly discontinuity: boolean;
  readonly independent: boolean;
  /** URI of its init segment. */
  readonly mapUri: string;
  readonly programDateTimeMs: number;
  readonly parts: readonly PlaylistPart[];
  /** EXT-X-GAP: announced but not available. */
  readonly gap?: boolean;
}

export interface RenditionReport {
  readonly uri: string;
  readonly lastSequence: number;
  readonly lastPart: number | undefined;
}

export interface MediaPlaylist {
  /** Number of the first segment. */
  readonly mediaSequence: number;
  readonly discontinuitySequence: number;
  /** Finished segments, oldest first; the last may be the growing one. */
  readonly segments: readonly PlaylistSegment[];
  /** Seconds, an integer: no segment's rounded duration exceeds it. */
  readonly targetDurationS: number;
  /** The low-latency tags; undefined in a standard playlist. */
  readonly lowLatency:
    | {
        readonly partTargetS: number;
        /** URI of the part that comes next; undefined at the end. */
        readonly preloadUri: string | undefined;
        readonly renditionReports: readonly RenditionReport[];
      }
    | undefined;
  /** Nothing will be added any more. */
  readonly ended: boolean;
}
