/**
 * A live HLS stream of another server behind our own addresses: playlists are rewritten, segments fetched once for everybody, and
 * nothing of the other server's addresses is shown. Every address is judged by the same rule as a camera's.
 */
import { deadline, type Clock } from '@pantau/base/clock';
import type { HttpClient } from '../http/http-client.ts';
import type { HttpReply } from '../http/http-reply.ts';
import { MediaError } from '../media-error.ts';
import { MediaFile } from '../stream/media-file.ts';
import { FileCache } from './file-cache.ts';
import { RelayNames, typeOfName } from './relay-names.ts';
import { RelayedPlaylist, type LoadedPlaylist } from './relayed-playlist.ts';
import { MAX_PLAYLIST_BYTES, rewritePlaylist, type RelayTarget } from './rewrite-playlist.ts';

export interface HlsRelayOptions {
  readonly client: HttpClient;
  readonly clock: Clock;
  /** Aborts when the source is closed: what is on its way is given up. */
  readonly signal: AbortSignal;
  readonly topUrl: URL;
  readonly topText: string;
}

const MAX_SEGMENT_BYTES = 16 * 1024 * 1024;
const CACHE_LIMITS = { maxBytes: 64 * 1024 * 1024, maxFiles: 128, maxFetches: 16 } as const;
const FETCH_TIMEOUT_MS = 15_000;
/** Variants whose playlists are remembered. */
const MAX_PLAYLISTS = 32;
const MIN_STALE_MS = 10_000;

export class HlsRelay {
  readonly #options: HlsRelayOptions;
  readonly #names = new RelayNames();
  readonly #files = new FileCache(CACHE_LIMITS);
  readonly #playlists = new Map<string, RelayedPlaylist>();
  readonly #top: RelayedPlaylist;
  /** The playlist of segments by which the stream's life is judged. */
  readonly #pulse: RelayedPlaylist;

  /** @throws MediaError as `rewritePlaylist`. */
  constructor(options: HlsRelayOptions) {
    this.#options = options;
    const { topUrl, topText } = options;
    this.#top = this.#createPlaylist(topUrl);
    const { variants } = this.#top.accept(rewritePlaylist(topText, topUrl, this.#names.nameOf));
    const [first] = variants ?? [];
    if (variants !== undefined && first === undefined) {
      throw new MediaError('VIDEO_MALFORMED', 'The stream cannot be relayed: the playlist is empty');
    }
    this.#pulse = first === undefined ? this.#top : this.#playlistOf(this.#names.nameOf(first), first);
  }

  get byteLength(): number {
    return this.#files.byteLength;
  }

  /** The stream does not go on: what its playlists show is old. */
  get isStale(): boolean {
    const targetMs = (this.#pulse.newest?.targetDurationS ?? 0) * 1000;
    return this.#pulse.ageMs > Math.max(MIN_STALE_MS, 3 * targetMs);
  }

  /** Grows while the stream goes on. */
  get position(): number {
    return this.#pulse.newest?.nextSequence ?? 0;
  }

  /** Ms after which the playlist that tells of the stream's life should be looked at again. */
  get pulseMs(): number {
    return Math.min(5_000, Math.max(500, (this.#pulse.newest?.targetDurationS ?? 1) * 500));
  }

  /** Looks whether the stream goes on. @throws MediaError when it has ended, or cannot be had. */
  async check(): Promise<void> {
    const { isEnded } = await this.#pulse.get();
    if (isEnded) throw new MediaError('SOURCE_CLOSED', 'The stream has ended');
  }

  /** The playlist a player begins with. @throws MediaError */
  findTop(): Promise<LoadedPlaylist> {
    return this.#top.get();
  }

  /** The playlist under a name; undefined when there is none. @throws MediaError */
  findPlaylist(name: string): Promise<LoadedPlaylist | undefined> {
    const target = this.#names.find(name);
    if (target?.kind !== 'playlist') return Promise.resolve(undefined);
    return this.#playlistOf(name, target).get();
  }

  /** Whether the name is one of a file. */
  hasFile(name: string): boolean {
    return this.#names.find(name)?.kind === 'file';
  }

  /** The file under a name; undefined when too many are on their way. @throws MediaError, also when there is no such name. */
  findFile(name: string): Promise<MediaFile | undefined> {
    const target = this.#names.find(name);
    return this.#files.get(name, () => {
      if (target === undefined) throw new MediaError('SOURCE_NOT_FOUND', 'There is no such file');
      return this.#fetchFile(name, target);
    });
  }

  /** Gives the memory back. */
  clear(): void {
    this.#files.clear();
    this.#playlists.clear();
  }

  #playlistOf(name: string, { url }: RelayTarget): RelayedPlaylist {
    const known = this.#playlists.get(name);
    if (known !== undefined) return known;
    const playlist = this.#createPlaylist(url);
    this.#playlists.set(name, playlist);
    const [oldest] = this.#playlists.keys();
    if (this.#playlists.size > MAX_PLAYLISTS && oldest !== undefined) this.#playlists.delete(oldest);
    return playlist;
  }

  #createPlaylist(url: URL): RelayedPlaylist {
    const load = async () => {
      const { body, from } = await this.#fetch(url, {}, MAX_PLAYLIST_BYTES);
      return rewritePlaylist(body.toString('utf8'), from, this.#names.nameOf);
    };
    return new RelayedPlaylist(load, () => this.#options.clock.monotonic());
  }

  async #fetchFile(name: string, { url, range }: RelayTarget): Promise<MediaFile> {
    if (range !== undefined && range.length > MAX_SEGMENT_BYTES) {
      throw new MediaError('VIDEO_MALFORMED', 'The stream has a segment that is too large');
    }
    const headers: Record<string, string> =
      range === undefined ? {} : { range: `bytes=${range.start}-${range.start + range.length - 1}` };
    const { body, isWhole } = await this.#fetch(url, headers, MAX_SEGMENT_BYTES);
    // A server that knows no ranges sends it all.
    const bytes =
      range !== undefined && isWhole
        ? Buffer.from(body.subarray(range.start, range.start + range.length))
        : body;
    return MediaFile.ofBytes(name, bytes, typeOfName(name));
  }

  async #fetch(
    url: URL,
    headers: Readonly<Record<string, string>>,
    maxBytes: number,
  ): Promise<{ readonly body: Buffer; readonly from: URL; readonly isWhole: boolean }> {
    const { client, clock, signal } = this.#options;
    using limit = deadline(
      clock,
      FETCH_TIMEOUT_MS,
      () => new MediaError('SOURCE_TIMEOUT', 'The server of the stream is too slow'),
      signal,
    );
    const reply: HttpReply = await client.get(url, { signal: limit.signal, headers });
    const body = await reply.readAll(maxBytes);
    return { body, from: reply.url, isWhole: reply.status === 200 };
  }
}
