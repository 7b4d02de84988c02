import { BlockWriter, type BlockPool } from './block-pool.ts';
import { MediaFile } from './media-file.ts';

/**
 * The media of one stream that is in memory: finished segments, the open one, and every file they can be fetched as.
 *
 *   expired        playlists list these                       still growing
 *   ┌─────┬─────┐ ┌─────┬─────┬─────┬─────┬─────┬─────┐      ┌──────────┐
 *   │ seg │ seg │ │ seg │ seg │ seg │ seg │ seg │ seg │      │ part part│ …
 *   └─────┴─────┘ └─────┴─────┴─────┴─────┴─────┴─────┘      └──────────┘
 *
 * Bytes are held once, by the parts, in blocks of the engine's pool; a segment is the list of its parts' bytes.
 */

/** One part (RFC 8216bis 3.2): a fragment of at most the part target, fetched on its own or within its segment. */
export interface MediaPart {
  readonly file: MediaFile;
  /** Playlist duration, seconds: at most the part target. */
  readonly durationS: number;
  /** A decoder can start in it. */
  readonly independent: boolean;
  /** Its first sample is a key frame: a WebSocket viewer may start with it. */
  readonly startsWithKeyframe: boolean;
}

export interface MediaSegment {
  /** Media sequence number (RFC 8216bis 4.4.3.2). */
  readonly sequence: number;
  /** Name of its init segment. */
  readonly initName: string;
  /** Media time does not continue from the segment before. */
  readonly discontinuity: boolean;
  /** Its discontinuity sequence number (RFC 8216bis 4.4.3.3), its own discontinuity included. */
  readonly discontinuitySequence: number;
  /** A decoder can start at its first sample. */
  readonly independent: boolean;
  /** When its first sample was taken, UTC ms. */
  readonly programDateTimeMs: number;
  readonly parts: readonly MediaPart[];
  /** Sum of its samples' durations, seconds; still growing while `file` is undefined. */
  readonly durationS: number;
  readonly byteLength: number;
  /** Defined once finished. */
  readonly file: MediaFile | undefined;
  /** It was made for another rendition (`bridge.ts`). */
  readonly isBorrowed: boolean;
}

export interface WindowLimits {
  readonly windowSegments: number;
  readonly expiredSegments: number;
  readonly maxStreamBytes: number;
}

type Open = { -readonly [K in keyof MediaSegment]: MediaSegment[K] } & { parts: MediaPart[] };

/** Opens, grows and forgets segments; keeps the table of files. It decides nothing about where to cut. */
export class MediaWindow {
  readonly #limits: WindowLimits;
  readonly #writer: BlockWriter;
  readonly #files = new Map<string, MediaFile>();
  readonly #inits = new Map<string, MediaFile>();
  /** Oldest first; the first `#expired` of them are no longer listed. */
  readonly #segments: MediaSegment[] = [];
  #expired = 0;
  #open: Open | undefined;
  #bytes = 0;
  #lastDiscontinuity = 0;

  constructor(limits: WindowLimits, pool: BlockPool) {
    this.#limits = limits;
    this.#writer = new BlockWriter(pool);
  }

  /** The file under `name`, listed or expired. */
  findFile(name: string): MediaFile | undefined {
    return this.#files.get(name);
  }

  /** Finished segments that belong into a playlist, oldest first. */
  get listed(): readonly MediaSegment[] {
    return this.#expired === 0 ? this.#segments : this.#segments.slice(this.#expired);
  }

  /** The segment that is still growing. */
  get open(): MediaSegment | undefined {
    return this.#open;
  }

  /** Discontinuities that left the playlists (EXT-X-DISCONTINUITY-SEQUENCE). */
  get discontinuitySequence(): number {
    const first =
      this.#segments[this.#expired] ?? (this.#open && this.#open.parts.length > 0 ? this.#open : undefined);
    if (!first) return this.#lastDiscontinuity;
    return first.discontinuitySequence - (first.discontinuity ? 1 : 0);
  }

  /** No segment of its own is held, listed or expired, and none is growing. */
  get isEmpty(): boolean {
    return this.#open === undefined && this.#segments.every((segment) => segment.isBorrowed);
  }

  /** Files that can be fetched. */
  get fileCount(): number {
    return this.#files.size;
  }

  /** Bytes of media held. */
  get byteLength(): number {
    return this.#bytes;
  }

  /** Adds an init segment; it stays while a segment refers to it. */
  addInit(name: string, body: Buffer): void {
    if (this.#inits.has(name)) return;
    const file = MediaFile.ofBytes(name, body);
    this.#inits.set(name, file);
    this.#files.set(name, file);
    this.#bytes += body.length;
  }

  /** @throws RangeError when a segment is open already. */
  openSegment(
    start: Pick<
      MediaSegment,
      | 'sequence'
      | 'initName'
      | 'discontinuity'
      | 'discontinuitySequence'
      | 'independent'
      | 'programDateTimeMs'
    >,
  ): void {
    if (this.#open) throw new RangeError('a segment is open already');
    if (this.#segments.length === 0)
      this.#lastDiscontinuity = start.discontinuitySequence - (start.discontinuity ? 1 : 0);
    this.#open = { ...start, parts: [], durationS: 0, byteLength: 0, file: undefined, isBorrowed: false };
  }

  /**
   * Adds a part to the open segment.
   * @param pieces its bytes; they are copied.
   * @param mediaS what its samples last, seconds; `durationS` of the part may be less (see `MediaPart`).
   * @throws RangeError when no segment is open.
   */
  addPart(name: string, pieces: readonly Buffer[], part: Omit<MediaPart, 'file'>, mediaS: number): MediaPart {
    const open = this.#open;
    if (!open) throw new RangeError('no segment is open');
    const added: MediaPart = { ...part, file: new MediaFile(name, this.#writer.write(pieces)) };
    open.parts.push(added);
    open.durationS = roundSeconds(open.durationS + mediaS);
    open.byteLength += added.file.byteLength;
    this.#files.set(name, added.file);
    this.#bytes += added.file.byteLength;
    return added;
  }

  /**
   * Finishes the open segment under `name`; one without parts disappears.
   * @param durationS how long it lasts, now that its end is known. Default what its parts' samples last.
   */
  closeSegment(name: string, durationS?: number): MediaSegment | undefined {
    const open = this.#open;
    this.#open = undefined;
    if (!open || open.parts.length === 0) return undefined;
    const file = MediaFile.join(
      name,
      open.parts.map((part) => part.file),
    );
    const segment: MediaSegment = { ...open, durationS: roundSeconds(durationS ?? open.durationS), file };
    this.#lastDiscontinuity = segment.discontinuitySequence;
    this.#segments.push(segment);
    this.#files.set(name, file);
    this.#trim();
    return segment;
  }

  /**
   * Lists a segment of another rendition under a name of its own; its bytes are held as long as it is here.
   * @throws RangeError when a segment of its own is growing: what is borrowed comes before.
   */
  borrow(segment: Omit<MediaSegment, 'parts' | 'isBorrowed'> & { readonly file: MediaFile }): void {
    if (this.#open) throw new RangeError('a segment is open already');
    segment.file.hold();
    this.#segments.push({ ...segment, parts: [], isBorrowed: true });
    this.#files.set(segment.file.name, segment.file);
    this.#bytes += segment.byteLength;
    this.#lastDiscontinuity = segment.discontinuitySequence;
    this.#trim();
  }

  /** Forgets all media, as when an on-demand source closes. What was listed counts as passed. */
  clear(): void {
    if (this.#open && this.#open.parts.length > 0) this.#lastDiscontinuity = this.#open.discontinuitySequence;
    for (const { parts } of [...this.#segments, ...(this.#open ? [this.#open] : [])])
      for (const part of parts) part.file.release();
    for (const { file, isBorrowed } of this.#segments) if (isBorrowed) file?.release();
    this.#writer.close();
    this.#open = undefined;
    this.#segments.length = 0;
    this.#expired = 0;
    this.#files.clear();
    this.#inits.clear();
    this.#bytes = 0;
  }

  #trim(): void {
    const { windowSegments, expiredSegments, maxStreamBytes } = this.#limits;
    while (this.#segments.length - this.#expired > windowSegments) this.#expire();
    while (this.#expired > expiredSegments) this.#dropOldest();
    while (this.#bytes > maxStreamBytes && this.#segments.length > 1) {
      if (this.#expired === 0) this.#expire();
      this.#dropOldest();
    }
    this.#dropUnusedInits();
  }

  #expire(): void {
    if (this.#expired < this.#segments.length) this.#expired++;
  }

  #dropOldest(): void {
    const segment = this.#segments.shift();
    if (!segment) return;
    this.#expired--;
    this.#bytes -= segment.byteLength;
    if (segment.file) this.#files.delete(segment.file.name);
    if (segment.isBorrowed) segment.file?.release();
    for (const { file } of segment.parts) {
      this.#files.delete(file.name);
      file.release();
    }
  }

  #dropUnusedInits(): void {
    if (this.#inits.size < 2) return;
    const used = new Set(this.#segments.map((segment) => segment.initName));
    for (const [name, file] of this.#inits) {
      if (used.has(name)) continue;
      this.#inits.delete(name);
      this.#files.delete(name);
      this.#bytes -= file.byteLength;
    }
  }
}

/** To 10 µs, as playlists print it: what is printed and what is compared must be the same number. */
function roundSeconds(seconds: number): number {
  return Math.round(seconds * 1e5) / 1e5;
}
