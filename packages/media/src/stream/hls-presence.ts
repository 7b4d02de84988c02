import { ClientShares } from './client-shares.ts';

interface Presence {
  readonly address: string;
  /** First and last request, monotonic ms. */
  readonly sinceMs: number;
  readonly seenMs: number;
}

/**
 * Who watches by HLS. HTTP knows no viewers, only requests, so a client counts while its last playlist or part request is
 * recent. Approximate on purpose: people behind one address with the same browser count once, and a player that changes
 * address counts twice for a few seconds. No cookie, no identifier in a URL, nothing kept longer than the presence itself.
 */
export class HlsPresence {
  readonly #limit: number;
  readonly #shares: ClientShares;
  /** By client, in order of the last request. */
  readonly #present = new Map<string, Presence>();

  /**
   * @param limit clients remembered; when full, the one that was silent longest is forgotten.
   * @param limitPerAddress of them behind one address; more do not count. A user agent is whatever its sender likes.
   */
  constructor(limit: number, limitPerAddress: number) {
    this.#limit = limit;
    this.#shares = new ClientShares(limit, limitPerAddress);
  }

  get size(): number {
    return this.#present.size;
  }

  /** Notes a request. */
  touch(address: string, userAgent: string | undefined, nowMs: number): void {
    const client = clientKey(address, userAgent);
    const sinceMs = this.#present.get(client)?.sinceMs ?? nowMs;
    this.#forget(client);
    if (this.#present.size >= this.#limit) this.#forgetOldest();
    if (this.#shares.take(address)) this.#present.set(client, { address, sinceMs, seenMs: nowMs });
  }

  /** Since when a client watches, monotonic ms; undefined for one that does not. */
  findSince(address: string, userAgent: string | undefined): number | undefined {
    return this.#present.get(clientKey(address, userAgent))?.sinceMs;
  }

  /** Forgets clients whose last request is older than `maxAgeMs`. */
  expire(nowMs: number, maxAgeMs: number): void {
    for (const [client, { seenMs }] of this.#present) {
      if (nowMs - seenMs <= maxAgeMs) return;
      this.#forget(client);
    }
  }

  #forgetOldest(): void {
    const [oldest] = this.#present.keys();
    if (oldest !== undefined) this.#forget(oldest);
  }

  #forget(client: string): void {
    const present = this.#present.get(client);
    if (!present) return;
    this.#present.delete(client);
    this.#shares.giveBack(present.address);
  }
}

/** Key of a client: its address and a 32-bit hash of its user agent (FNV-1a), so that a long header costs no memory. */
function clientKey(address: string, userAgent: string | undefined): string {
  let hash = 0x811c9dc5;
  const agent = userAgent ?? '';
  for (let index = 0; index < agent.length && index < 256; index++) {
    hash = Math.imul(hash ^ agent.charCodeAt(index), 0x01000193);
  }
  return `${address} ${(hash >>> 0).toString(36)}`;
}
