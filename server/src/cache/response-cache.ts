/**
 * Replies that take work to build and change rarely, as bytes. It is bounded in number, in bytes and in time; many who ask
 * at once wait for one build; what is built for one audience is never given to another.
 *
 *   key:  <namespace>?<parameter>=<value>&…#<audience>      parameters in order of their names, everything escaped
 *
 * Lists that live in memory anyway are registered as views, so that one page shows and empties everything.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '@pantau/base/clock';
import { AppError } from '@pantau/base/errors';

const MAX_ENTRIES = 500;
const MAX_BYTES = 32 * 1024 * 1024;
/** Builds that run at once; a caller beyond that is refused. */
const MAX_BUILDS = 500;
/** What a visitor chose may be in a key: longer ones are built each time. */
const MAX_KEY_LENGTH = 400;

export interface CachedReply {
  /** JSON of the whole reply, in its envelope. */
  readonly json: Buffer;
  /** Whether it came without a build of its own. */
  readonly hit: boolean;
}

/** Something that keeps replies in its own way. */
export interface CacheView {
  stats(): { readonly hits: number; readonly misses: number; readonly bytes: number };
  /** Builds it anew soon. */
  invalidate(): void;
}

export interface ResponseCacheStats {
  readonly hits: number;
  readonly misses: number;
  readonly sets: number;
  readonly invalidations: number;
  readonly evictions: number;
  readonly size: number;
  readonly maxSize: number;
  readonly bytes: number;
  readonly keys: readonly string[];
}

export interface CacheRequest {
  /** Such as `areas/filters`. */
  readonly namespace: string;
  /** Those the reply depends on, and no others. */
  readonly params: Readonly<Record<string, string>>;
  /** For whom it is built: `public`, a role, one account. */
  readonly audience: string;
  /** How long it may be given out. */
  readonly ttlMs: number;
}

export class ResponseCache {
  readonly #entries: LRUCache<string, Buffer>;
  readonly #builds = new Map<string, Promise<Buffer>>();
  readonly #views = new Map<string, CacheView>();
  #hits = 0;
  #misses = 0;
  #sets = 0;
  #invalidations = 0;
  #evictions = 0;

  constructor(clock: Clock) {
    this.#entries = new LRUCache({
      max: MAX_ENTRIES,
      maxSize: MAX_BYTES,
      sizeCalculation: (json, key) => json.byteLength + key.length,
      // The time 0 means "never" to it, and a monotonic clock may begin there.
      perf: { now: () => clock.monotonic() + 1 },
      ttlResolution: 0,
      dispose: (_json, _key, reason) => {
        if (reason === 'evict') this.#evictions++;
      },
    });
  }

  /**
   * The reply to a request, built by `build` unless it is there. A build that fails is not kept and fails for all who wait.
   * @param build gives the `data` of the envelope.
   * @throws what `build` throws; AppError OVERLOADED when too many builds run.
   */
  async get(request: CacheRequest, build: () => Promise<unknown>): Promise<CachedReply> {
    const key = formatKey(request);
    const json = this.#entries.get(key);
    if (json !== undefined) {
      this.#hits++;
      return { json, hit: true };
    }
    const running = this.#builds.get(key);
    if (running !== undefined) {
      this.#hits++;
      return { json: await running, hit: true };
    }
    this.#misses++;
    if (this.#builds.size >= MAX_BUILDS)
      throw new AppError('exhausted', 'OVERLOADED', 'Too many replies are being built; try again shortly.');
    const built = serialise(build);
    this.#builds.set(key, built);
    try {
      const fresh = await built;
      // A build that was invalidated while it ran may hold what is old.
      if (this.#builds.get(key) === built && key.length <= MAX_KEY_LENGTH) {
        this.#sets++;
        this.#entries.set(key, fresh, { ttl: request.ttlMs });
      }
      return { json: fresh, hit: false };
    } finally {
      if (this.#builds.get(key) === built) this.#builds.delete(key);
    }
  }

  /** Shows and empties `view` with the rest, under `name`. */
  registerView(name: string, view: CacheView): void {
    this.#views.set(name, view);
  }

  /** Drops what has a key that begins with `prefix`, and builds such views anew. @returns how many. */
  invalidate(prefix: string): number {
    let removed = 0;
    const doomed = [...this.#entries.keys()].filter((key) => key.startsWith(prefix));
    for (const key of doomed) if (this.#entries.delete(key)) removed++;
    for (const key of this.#builds.keys()) if (key.startsWith(prefix)) this.#builds.delete(key);
    for (const [name, view] of this.#views) {
      if (!name.startsWith(prefix)) continue;
      view.invalidate();
      removed++;
    }
    this.#invalidations += removed;
    return removed;
  }

  /** Drops everything. @returns how many. */
  clear(): number {
    return this.invalidate('');
  }

  stats(): ResponseCacheStats {
    this.#entries.purgeStale();
    const views = [...this.#views.values()].map((view) => view.stats());
    const sum = (read: (stats: ReturnType<CacheView['stats']>) => number) =>
      views.reduce((total, view) => total + read(view), 0);
    return {
      hits: this.#hits + sum(({ hits }) => hits),
      misses: this.#misses + sum(({ misses }) => misses),
      sets: this.#sets + sum(({ misses }) => misses),
      invalidations: this.#invalidations,
      evictions: this.#evictions,
      size: this.#entries.size + views.length,
      maxSize: MAX_ENTRIES + views.length,
      bytes: this.#entries.calculatedSize + sum(({ bytes }) => bytes),
      keys: [...this.#views.keys(), ...this.#entries.keys()].toSorted(),
    };
  }
}

function formatKey({ namespace, params, audience }: CacheRequest): string {
  const query = Object.keys(params)
    .toSorted()
    .map((name) => `${encodeURIComponent(name)}=${encodeURIComponent((params[name] ?? '').toWellFormed())}`)
    .join('&');
  return `${namespace}?${query}#${encodeURIComponent(audience)}`;
}

async function serialise(build: () => Promise<unknown>): Promise<Buffer> {
  return Buffer.from(JSON.stringify({ success: true, data: await build() }));
}
