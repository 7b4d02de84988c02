/** Segments of another server: each fetched once for all who ask, kept while there is room. */
import type { MediaFile } from '../stream/media-file.ts';

export interface FileCacheLimits {
  readonly maxBytes: number;
  readonly maxFiles: number;
  /** Files that may be on their way at once. */
  readonly maxFetches: number;
}

export class FileCache {
  readonly #limits: FileCacheLimits;
  /** In order of the last use. */
  readonly #files = new Map<string, MediaFile>();
  readonly #fetches = new Map<string, Promise<MediaFile>>();
  #bytes = 0;

  constructor(limits: FileCacheLimits) {
    this.#limits = limits;
  }

  /** Bytes held. */
  get byteLength(): number {
    return this.#bytes;
  }

  /**
   * The file under a name, fetched when it is not there.
   * @returns undefined when too many are on their way already.
   * @throws what `fetch` does.
   */
  async get(name: string, fetch: () => Promise<MediaFile>): Promise<MediaFile | undefined> {
    const known = this.#files.get(name);
    if (known !== undefined) {
      this.#files.delete(name);
      this.#files.set(name, known);
      return known;
    }
    const running = this.#fetches.get(name);
    if (running !== undefined) return running;
    if (this.#fetches.size >= this.#limits.maxFetches) return undefined;
    const fetching = fetch();
    this.#fetches.set(name, fetching);
    try {
      const file = await fetching;
      this.#keep(name, file);
      return file;
    } finally {
      this.#fetches.delete(name);
    }
  }

  clear(): void {
    this.#files.clear();
    this.#bytes = 0;
  }

  #keep(name: string, file: MediaFile): void {
    this.#files.set(name, file);
    this.#bytes += file.byteLength;
    for (const [oldest, { byteLength }] of this.#files) {
      const hasRoom = this.#bytes <= this.#limits.maxBytes && this.#files.size <= this.#limits.maxFiles;
      if (hasRoom) return;
      this.#files.delete(oldest);
      this.#bytes -= byteLength;
    }
  }
}
