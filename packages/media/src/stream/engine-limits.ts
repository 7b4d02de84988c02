/**
 * Every bound of the embedded engine with its default, in one place. `docs/design/stream-and-delivery.md` says why.
 * Change one by handing a partial object to `createMediaEngine`.
 */
export interface EngineLimits {
  /** Ms a closed on-demand source outlives its last viewer, when the definition names none. */
  readonly idleCloseMs: number;
  /** Wanted length of a part, ms. 500 for the public, 200 for few viewers. A slow camera's parts are longer. */
  readonly partMs: number;
  /** Wanted length of a segment, ms. Segments end at key frames, so a longer GOP makes longer segments. */
  readonly segmentMs: number;
  /** A segment is cut without a key frame when it lasts longer than this (ms) or holds more than this (bytes). */
  readonly maxSegmentMs: number;
  readonly maxSegmentBytes: number;
  /** Finished segments that the playlists list: 3 (players need three target durations) to 60. */
  readonly windowSegments: number;
  /** Segments kept after they left the playlists: a player may be two playlists behind and still gets what it was promised. */
  readonly expiredSegments: number;
  /** Media bytes one stream may hold; the oldest segments go first. */
  readonly maxStreamBytes: number;
  /** Playlist and part requests that may wait at once: per stream, in the whole engine, and of one client address. */
  readonly maxParkedPerStream: number;
  readonly maxParked: number;
  readonly maxParkedPerClient: number;
  /** Ms a request on a stream that has no media yet is held before it is answered 503. */
  readonly coldStartHoldMs: number;
  /** Ms after the last media until a playlist is refused instead of showing old pictures as live (or 3 target durations). */
  readonly staleAfterMs: number;
  /** Ms an HLS client counts as a viewer after its last playlist or part request (or 3 target durations). */
  readonly hlsPresenceMs: number;
  /** HLS clients counted per stream, and of them behind one address. */
  readonly maxHlsClients: number;
  readonly maxHlsClientsPerAddress: number;
  /** WebSocket viewers in the whole engine, and of one client address. */
  readonly maxMseViewers: number;
  readonly maxMseViewersPerClient: number;
  /** Bytes that may wait in a WebSocket viewer's send queue before it is moved on to a later key frame. */
  readonly mseQueueBytes: number;
  /** Ms of media that may wait in that queue, by the stream's measured bitrate. */
  readonly mseQueueMs: number;
  /** Key frames in a row a viewer may be too slow for, and ms without any byte leaving, before it is cut off. */
  readonly mseMaxSkips: number;
  readonly mseStuckMs: number;
  /** Ms between WebSocket pings; a viewer that leaves one unanswered until the next is cut off. */
  readonly msePingMs: number;
  /** Ms without a video sample after which a source counts as failed. */
  readonly stallMs: number;
  /** Ms from the start of an attempt to its first key frame. */
  readonly openTimeoutMs: number;
  /** Ms the engine waits for a source to say goodbye to its camera. */
  readonly closeTimeoutMs: number;
  /** Sources of one host and port that may be opening at once, and ms between the beginnings of two. */
  readonly maxOpeningPerHost: number;
  readonly hostSpacingMs: number;
  /** Connection attempts of the whole engine in a second; as many checks whether a device answers. */
  readonly attemptsPerSecond: number;
  /** Ms between two looks whether a device that was unreachable answers, while somebody watches; and for an answer. */
  readonly aliveCheckMs: number;
  readonly aliveTimeoutMs: number;
}

export const DEFAULT_LIMITS: EngineLimits = {
  idleCloseMs: 30_000,
  partMs: 500,
  segmentMs: 2_000,
  maxSegmentMs: 20_000,
  maxSegmentBytes: 16 * 1024 * 1024,
  windowSegments: 6,
  expiredSegments: 2,
  maxStreamBytes: 64 * 1024 * 1024,
  maxParkedPerStream: 10_000,
  maxParked: 20_000,
  maxParkedPerClient: 5_000,
  coldStartHoldMs: 9_500,
  staleAfterMs: 10_000,
  hlsPresenceMs: 10_000,
  maxHlsClients: 20_000,
  maxHlsClientsPerAddress: 500,
  maxMseViewers: 5_000,
  maxMseViewersPerClient: 500,
  mseQueueBytes: 2 * 1024 * 1024,
  mseQueueMs: 3_000,
  mseMaxSkips: 3,
  mseStuckMs: 10_000,
  msePingMs: 20_000,
  stallMs: 10_000,
  openTimeoutMs: 30_000,
  closeTimeoutMs: 2_000,
  maxOpeningPerHost: 2,
  hostSpacingMs: 50,
  attemptsPerSecond: 50,
  aliveCheckMs: 3_000,
  aliveTimeoutMs: 2_000,
};

/** Fewest and most segments in a playlist. */
const WINDOW_SEGMENTS = { least: 3, most: 60 } as const;

/** All limits, of which `limits` are not the default; a playlist window out of its range is moved into it. */
export function completeLimits(limits: Partial<EngineLimits> = {}): EngineLimits {
  const all = { ...DEFAULT_LIMITS, ...limits };
  const windowSegments = Math.trunc(all.windowSegments) || DEFAULT_LIMITS.windowSegments;
  const { least, most } = WINDOW_SEGMENTS;
  return { ...all, windowSegments: Math.min(most, Math.max(least, windowSegments)) };
}

/** Ms between two looks at what is due: idle streams, expired requests, silent viewers. */
export const TICK_MS = 500;
