import { Block, type Span } from './block-pool.ts';

/**
 * Bytes under a URL that never change: an init segment, a part or a segment. Everything a request needs is made once,
 * when the file is first asked for; serving it is a lookup and a write.
 */
export class MediaFile {
  readonly name: string;
  readonly byteLength: number;
  readonly etag: string;
  readonly #spans: readonly Span[];
  readonly #contentType: string;
  #headers: readonly string[] | undefined;

  /** @param name unique for the life of the URL, so it is the entity tag as well. */
  constructor(name: string, spans: readonly Span[], contentType = 'video/mp4') {
    this.name = name;
    this.#contentType = contentType;
    this.#spans = spans;
    this.byteLength = spans.reduce((sum, { start, end }) => sum + end - start, 0);
    this.etag = `"${name}"`;
  }

  /** A file of its own bytes, outside of any pool. */
  static ofBytes(name: string, body: Buffer, contentType?: string): MediaFile {
    return new MediaFile(name, [{ block: new Block(body), start: 0, end: body.length }], contentType);
  }

  /** A file of all bytes of `files`, one behind the other; it lives as long as they do. */
  static join(name: string, files: readonly MediaFile[]): MediaFile {
    const spans: Span[] = [];
    for (const span of files.flatMap((file) => file.#spans)) {
      const last = spans.at(-1);
      if (last?.block === span.block && last.end === span.start) {
        spans[spans.length - 1] = { ...span, start: last.start };
      } else {
        spans.push(span);
      }
    }
    return new MediaFile(name, spans);
  }

  /** Headers of the 200 reply as `ServerResponse.writeHead` takes them: name, value, name, value … */
  get headers(): readonly string[] {
    this.#headers ??= [
      'Content-Type',
      this.#contentType,
      'Content-Length',
      String(this.byteLength),
      'Cache-Control',
      IMMUTABLE_CACHE,
      'Accept-Ranges',
      'bytes',
      'ETag',
      this.etag,
      ...COMMON_HEADERS,
    ];
    return this.#headers;
  }

  /** Bytes `[start, end)` as they lie in memory: views, good as long as the file is held. */
  slices(start = 0, end = this.byteLength): Buffer[] {
    const slices: Buffer[] = [];
    let at = 0;
    for (const span of this.#spans) {
      const from = Math.max(start - at, 0);
      const to = Math.min(end - at, span.end - span.start);
      if (from < to) slices.push(span.block.bytes.subarray(span.start + from, span.start + to));
      at += span.end - span.start;
    }
    return slices;
  }

  /** A copy of the bytes, which may be kept. */
  copy(): Buffer {
    return Buffer.concat(this.slices(), this.byteLength);
  }

  /** Keeps the bytes as they are until `release`, also when the window forgets the file meanwhile. */
  hold(): void {
    for (const { block } of this.#spans) block.hold();
  }

  release(): void {
    for (const { block } of this.#spans) block.release();
  }
}

/** Headers that each media reply carries, whatever its status. Players run on other origins (portals, casts, walls). */
export const COMMON_HEADERS: readonly string[] = [
  'Access-Control-Allow-Origin',
  '*',
  'Access-Control-Expose-Headers',
  'Content-Length, Content-Range, Date, ETag, Retry-After',
  'X-Content-Type-Options',
  'nosniff',
];

/** What caches may do with a media file: its name never comes back with other bytes. */
export const IMMUTABLE_CACHE = 'public, max-age=3600, immutable';
