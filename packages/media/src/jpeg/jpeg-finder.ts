/**
 * Finds whole JPEG pictures in a stream of bytes by the pictures' own structure (ITU-T T.81 annex B). Multipart headers of
 * cameras are wrong in every way (no length, a wrong length, another boundary than announced, none, text between), so they
 * are not asked: everything outside of a picture is skipped.
 *
 *   outside ── FF D8 FF ──► segments ── SOS ──► scan ── other marker ──► segments ── EOI ──► picture
 *      ▲                        └── not a marker, too large ─────────────────┘
 *      └──────────────────────────────┘
 *
 * Segments are stepped over by their length, so a preview picture inside of one is no picture of its own. A picture whose
 * end marker is missing ends where the next part's boundary stands, and gets one.
 */
import { MediaError } from '../media-error.ts';
import { hasNoSegment, MARKER, MAX_JPEG_BYTES } from './jpeg-header.ts';

export interface JpegFinderSink {
  /** A whole picture in a buffer of its own. */
  onPicture(picture: Buffer): void;
  /** Something was wrong with the bytes: for counting. */
  onTrouble(message: string): void;
}

/** Bytes without any picture after which this is no stream of pictures. */
const MAX_SKIPPED_BYTES = 8 * 1024 * 1024;
const START = Buffer.from([0xff, MARKER.startOfImage, 0xff]);
const END = Buffer.from([0xff, MARKER.endOfImage]);
const CARRIAGE_RETURN = 0x0d;
const BOUNDARY = Buffer.from('\n--');
const INITIAL_BYTES = 64 * 1024;
const KEPT_BYTES = 1024 * 1024;

export class JpegFinder {
  readonly #sink: JpegFinderSink;
  #bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  /** Where in the bytes the picture under way begins; outside of one: what was not looked at. */
  #begin = 0;
  #end = 0;
  #state: 'outside' | 'segments' | 'scan' = 'outside';
  /** How far the bytes were looked at. */
  #at = 0;
  /** Where the scan under way begins. */
  #scanStart = 0;
  #skipped = 0;

  constructor(sink: JpegFinderSink) {
    this.#sink = sink;
  }

  /**
   * Takes the next bytes, of which nothing is needed afterwards.
   * @returns how many beginnings, segments and ends were in them: what the bytes cost.
   * @throws MediaError VIDEO_MALFORMED when no picture ever comes.
   */
  push(chunk: Buffer): number {
    let steps = 0;
    for (let at = 0; at < chunk.length; at += INITIAL_BYTES) {
      this.#append(chunk.subarray(at, at + INITIAL_BYTES));
      while (this.#step()) steps++;
      if (this.#state !== 'outside' && this.#end - this.#begin > MAX_JPEG_BYTES) {
        this.#giveUp('a picture is too large', this.#end);
      }
    }
    return steps;
  }

  #append(bytes: Buffer): void {
    this.#compact();
    const needed = this.#end + bytes.length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#end);
      this.#bytes = larger;
    }
    bytes.copy(this.#bytes, this.#end);
    this.#end = needed;
  }

  /** Moves what is kept to the front. */
  #compact(): void {
    const begin = this.#begin;
    // What one large picture took is not kept for ever.
    if (begin === this.#end && this.#bytes.length > KEPT_BYTES)
      this.#bytes = Buffer.allocUnsafe(INITIAL_BYTES);
    else if (begin > 0) this.#bytes.copyWithin(0, begin, this.#end);
    this.#begin = 0;
    this.#end -= begin;
    this.#at -= begin;
    this.#scanStart -= begin;
  }

  /** @returns whether there is more to do with the bytes that are there. */
  #step(): boolean {
    if (this.#state === 'outside') return this.#findStart();
    return this.#state === 'segments' ? this.#readSegment() : this.#readScan();
  }

  #findStart(): boolean {
    const found = this.#view().indexOf(START, this.#begin);
    // The last bytes may be the beginning of a start.
    const begin = found < 0 ? Math.max(this.#begin, this.#end - (START.length - 1)) : found;
    this.#skipTo(begin);
    if (found < 0) return false;
    this.#state = 'segments';
    this.#at = begin + 2;
    return true;
  }

  #readSegment(): boolean {
    const at = this.#at;
    if (at + 2 > this.#end) return false;
    const marker = this.#bytes[at] === 0xff ? (this.#bytes[at + 1] ?? 0) : 0;
    if (marker === 0) return this.#giveUp('a picture has damaged segments', at);
    if (marker === MARKER.startOfImage) return this.#giveUp('a picture begins inside of another', at);
    if (marker === MARKER.endOfImage) return this.#finish(at + 2);
    if (marker === 0xff) {
      this.#at++;
      return true;
    }
    if (hasNoSegment(marker)) {
      this.#at += 2;
      return true;
    }
    if (at + 4 > this.#end) return false;
    const length = this.#bytes.readUInt16BE(at + 2);
    if (length < 2) return this.#giveUp('a picture has damaged segments', at + 2);
    if (at + 2 + length > this.#end) return false;
    this.#at = at + 2 + length;
    if (marker === MARKER.startOfScan) {
      this.#state = 'scan';
      this.#scanStart = this.#at;
    }
    return true;
  }

  /** Entropy-coded data ends at a marker that is neither a stuffed zero nor a restart. */
  #readScan(): boolean {
    const view = this.#view();
    while (true) {
      const found = findMarker(view, this.#at);
      if (found < 0 || found + 1 >= this.#end) {
        this.#at = found < 0 ? this.#end : found;
        return false;
      }
      const marker = view[found + 1] ?? 0;
      if (marker === MARKER.startOfImage) return this.#endWithoutMarker(found);
      if (marker === 0 || (marker >= 0xd0 && marker <= 0xd7)) {
        this.#at = found + 2;
      } else if (marker === 0xff) {
        this.#at = found + 1;
      } else {
        this.#at = found;
        this.#state = 'segments';
        return true;
      }
    }
  }

  /** The next picture begins at `next`: this one ends before the boundary that stands between them. */
  #endWithoutMarker(next: number): boolean {
    const boundary = this.#view().subarray(this.#scanStart, next).lastIndexOf(BOUNDARY);
    if (boundary > 0) {
      const cut = this.#scanStart + boundary;
      const end = this.#bytes[cut - 1] === CARRIAGE_RETURN ? cut - 1 : cut;
      this.#emit(Buffer.concat([this.#bytes.subarray(this.#begin, end), END]));
    } else this.#sink.onTrouble('a picture has no end');
    this.#leave(next);
    return true;
  }

  #finish(end: number): boolean {
    this.#emit(Buffer.from(this.#bytes.subarray(this.#begin, end)));
    this.#leave(end);
    return true;
  }

  #emit(picture: Buffer): void {
    this.#skipped = 0;
    if (picture.length <= MAX_JPEG_BYTES) this.#sink.onPicture(picture);
    else this.#sink.onTrouble('a picture is too large');
  }

  /** Forgets the picture under way, and every byte before `at`: nothing is looked at twice. */
  #giveUp(trouble: string, at: number): true {
    this.#sink.onTrouble(trouble);
    this.#skipTo(at);
    this.#leave(at);
    return true;
  }

  /** @throws MediaError VIDEO_MALFORMED */
  #skipTo(at: number): void {
    this.#skipped += at - this.#begin;
    this.#begin = at;
    if (this.#skipped <= MAX_SKIPPED_BYTES) return;
    throw new MediaError('VIDEO_MALFORMED', 'The camera sends no JPEG picture');
  }

  #leave(at: number): void {
    this.#begin = at;
    this.#at = at;
    this.#state = 'outside';
  }

  #view(): Buffer {
    return this.#bytes.subarray(0, this.#end);
  }
}

/** Bytes that are looked at one by one: where markers are dense, a search for each costs more than looking. */
const NEAR = 16;

/** Where the next 0xff is, or -1. */
function findMarker(view: Buffer, from: number): number {
  const near = Math.min(view.length, from + NEAR);
  for (let at = from; at < near; at++) if (view[at] === 0xff) return at;
  return view.indexOf(0xff, near);
}
