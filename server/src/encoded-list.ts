/**
 * A public list as bytes: serialised and compressed once per change, not once per visitor. It knows no HTTP;
 * `http/send-list.ts` sends it.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

export type Encoding = 'br' | 'gzip' | 'identity';

/** One state of the list. */
export interface EncodedBuild {
  /** Differs when the content does: base64url of a hash. */
  readonly tag: string;
  readonly bytes: Readonly<Record<Encoding, Buffer>>;
}

const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);
/** Level 5 takes about 10 ms per MB in zlib's own threads, and is within a few percent of the slow levels on JSON. */
const BROTLI_QUALITY = 5;

export class EncodedList {
  #build: EncodedBuild | undefined;
  #expired = false;
  #hits = 0;
  #misses = 0;

  /** The latest state; undefined before the first `update`. */
  get current(): EncodedBuild | undefined {
    return this.#build;
  }

  /** Replaces the bytes unless they are the same. Compression runs off the main thread. */
  async update(json: string): Promise<void> {
    const identity = Buffer.from(json);
    const tag = createHash('sha256').update(identity).digest('base64url').slice(0, 22);
    if (this.#build?.tag === tag && !this.#expired) return;
    this.#expired = false;
    const [br, zipped] = await Promise.all([
      compressBrotli(identity, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
      compressGzip(identity),
    ]);
    this.#build = { tag, bytes: { br, gzip: zipped, identity } };
  }

  /** The next `update` makes a new build, even of the same bytes. */
  expire(): void {
    this.#expired = true;
  }

  /** @param hit whether the build was sent before. */
  countReply(hit: boolean): void {
    if (hit) this.#hits++;
    else this.#misses++;
  }

  /** Replies since the start, and the size of the present build in all encodings. */
  stats(): { readonly hits: number; readonly misses: number; readonly bytes: number } {
    const sizes = Object.values(this.#build?.bytes ?? {}).map(({ byteLength }) => byteLength);
    return { hits: this.#hits, misses: this.#misses, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  }
}
