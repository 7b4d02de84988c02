/**
 * Bytes under a URL that never change: an init segment, a part or a segment. Everything a request needs is made once,
 * when the file is; serving it is a lookup and a write.
 */
export class MediaFile {
  readonly name: string;
  readonly byteLength: number;
  readonly etag: string;
  /** Headers of the 200 reply as `ServerResponse.writeHead` takes them: name, value, name, value … */
  readonly headers: readonly string[];
  #pieces: readonly Buffer[];

  /** @param name unique for the life of the URL, so it is the entity tag as well. */
  constructor(name: string, pieces: readonly Buffer[]) {
    this.name = name;
    this.#pieces = pieces;
    this.byteLength = pieces.reduce((sum, piece) => sum + piece.length, 0);
    this.etag = `"${name}"`;
    this.headers = [
      'Content-Type',
      'video/mp4',
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
  }

  /** The bytes as they were handed in, for putting a larger file together. */
  get pieces(): readonly Buffer[] {
    return this.#pieces;
  }

  /** The bytes in one buffer; put together when first asked for, since most parts never are. */
  get body(): Buffer {
    const [only] = this.#pieces;
    if (only && this.#pieces.length === 1) return only;
    const body = Buffer.concat(this.#pieces, this.byteLength);
    this.#pieces = [body];
    return body;
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
