/**
 * One playlist of another server: reloaded at most once in half a target duration, however many viewers ask (RFC 8216 section 6.3.4
 * asks that of each client), and known to be old when it does not go on.
 */
import { PlaylistBytes } from '../hls/playlist-bytes.ts';
import type { RewrittenPlaylist } from './rewrite-playlist.ts';

export interface LoadedPlaylist extends RewrittenPlaylist {
  readonly bytes: PlaylistBytes;
}

const MIN_FRESH_MS = 500;
const MAX_FRESH_MS = 3_000;
/** A failed reload is not tried again before, ms. */
const FAILURE_MS = 1_000;

export class RelayedPlaylist {
  readonly #load: () => Promise<RewrittenPlaylist>;
  #newest: LoadedPlaylist | undefined;
  #loading: Promise<LoadedPlaylist> | undefined;
  #loadedMs = Number.NEGATIVE_INFINITY;
  #changedMs = Number.NEGATIVE_INFINITY;
  #failure: { readonly error: unknown; readonly atMs: number } | undefined;
  readonly #nowMs: () => number;

  /** @param nowMs monotonic. */
  constructor(load: () => Promise<RewrittenPlaylist>, nowMs: () => number) {
    this.#load = load;
    this.#nowMs = nowMs;
  }

  /** As it was loaded last. */
  get newest(): LoadedPlaylist | undefined {
    return this.#newest;
  }

  /** Ms since it last went on. */
  get ageMs(): number {
    return this.#nowMs() - this.#changedMs;
  }

  /** Takes a playlist that was loaded by somebody else. */
  accept(playlist: RewrittenPlaylist): LoadedPlaylist {
    const before = this.#newest;
    this.#loadedMs = this.#nowMs();
    if (before === undefined || before.nextSequence !== playlist.nextSequence)
      this.#changedMs = this.#loadedMs;
    this.#newest =
      before?.text === playlist.text ? before : { ...playlist, bytes: new PlaylistBytes(playlist.text) };
    return this.#newest;
  }

  /** The playlist of now. @throws what loading it does. */
  async get(): Promise<LoadedPlaylist> {
    const nowMs = this.#nowMs();
    if (this.#newest !== undefined && nowMs - this.#loadedMs < freshMs(this.#newest)) return this.#newest;
    if (this.#loading !== undefined) return this.#loading;
    if (this.#failure !== undefined && nowMs - this.#failure.atMs < FAILURE_MS) throw this.#failure.error;
    this.#loading = this.#reload();
    return this.#loading;
  }

  async #reload(): Promise<LoadedPlaylist> {
    try {
      const loaded = this.accept(await this.#load());
      this.#failure = undefined;
      return loaded;
    } catch (error) {
      this.#failure = { error, atMs: this.#nowMs() };
      throw error;
    } finally {
      this.#loading = undefined;
    }
  }
}

function freshMs({ targetDurationS, variants }: LoadedPlaylist): number {
  if (variants !== undefined) return MAX_FRESH_MS * 10;
  return Math.min(MAX_FRESH_MS, Math.max(MIN_FRESH_MS, (targetDurationS * 1000) / 2));
}
