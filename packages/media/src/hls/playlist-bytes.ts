import { gzipSync } from 'node:zlib';
import { COMMON_HEADERS } from '../stream/media-file.ts';

/** A playlist as it goes out: the same bytes for every viewer, compressed once and only when somebody accepts it. */
export class PlaylistBytes {
  readonly plain: Buffer;
  readonly headers: readonly string[];
  #gzip: { readonly body: Buffer; readonly headers: readonly string[] } | undefined;

  constructor(text: string) {
    this.plain = Buffer.from(text);
    this.headers = playlistHeaders(this.plain.length);
  }

  /** Gzip at its fastest level: playlists are a few kB and change twice a second. */
  get gzip(): { readonly body: Buffer; readonly headers: readonly string[] } {
    if (!this.#gzip) {
      const body = gzipSync(this.plain, { level: 1 });
      this.#gzip = { body, headers: [...playlistHeaders(body.length), 'Content-Encoding', 'gzip'] };
    }
    return this.#gzip;
  }
}

function playlistHeaders(byteLength: number): readonly string[] {
  return [
    'Content-Type',
    'application/vnd.apple.mpegurl',
    'Content-Length',
    String(byteLength),
    'Cache-Control',
    'no-store',
    'Vary',
    'Accept-Encoding',
    ...COMMON_HEADERS,
  ];
}
