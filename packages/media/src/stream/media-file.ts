/**
 * Bytes under a URL that never change: an init segment, a part or a segment. Everything a request needs is made once,
 * when the file is; serving it is a lookup and a write.
 */
export interface MediaFile {
  readonly name: string;
  readonly body: Buffer;
  readonly etag: string;
  /** Headers of the 200 reply as `ServerResponse.writeHead` takes them: name, value, name, value … */
  readonly headers: readonly string[];
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

/** Makes the file `name` of `body`. The name is unique for the life of the URL, so it is the entity tag as well. */
export function createMediaFile(name: string, body: Buffer): MediaFile {
  const etag = `"${name}"`;
  return {
    name,
    body,
    etag,
    headers: [
      'Content-Type',
      'video/mp4',
      'Content-Length',
      String(body.length),
      'Cache-Control',
      IMMUTABLE_CACHE,
      'Accept-Ranges',
      'bytes',
      'ETag',
      etag,
      ...COMMON_HEADERS,
    ],
  };
}
