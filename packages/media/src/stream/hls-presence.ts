/**
 * Who watches by HLS. HTTP knows no viewers, only requests, so a client counts while its last playlist or part request is
 * recent. Approximate on purpose: people behind one address with the same browser count once, and a player that changes
 * address counts twice for a few seconds. No cookie, no identifier in a URL, nothing kept longer than the presence itself.
 */
export class HlsPresence {
  readonly #limit: number;
  /** Client → last request, monotonic ms; in order of that request. */
  readonly #lastSeen = new Map<string, number>();

  /** @param limit clients remembered; when full, the one that was silent longest is forgotten. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#lastSeen.size;
  }

  /** Notes a request of `client`. Returns true when it was not present before. */
  touch(client: string, nowMs: number): boolean {
    const isKnown = this.#lastSeen.delete(client);
    if (!isKnown && this.#lastSeen.size >= this.#limit) {
      for (const oldest of this.#lastSeen.keys()) {
        this.#lastSeen.delete(oldest);
        break;
      }
    }
    this.#lastSeen.set(client, nowMs);
    return !isKnown;
  }

  /** Forgets clients whose last request is older than `maxAgeMs`. */
  expire(nowMs: number, maxAgeMs: number): void {
    for (const [client, seenMs] of this.#lastSeen) {
      if (nowMs - seenMs <= maxAgeMs) return;
      this.#lastSeen.delete(client);
    }
  }
}

/** Key of a client: its address and a 32-bit hash of its user agent (FNV-1a), so that a long header costs no memory. */
export function clientKey(address: string, userAgent: string | undefined): string {
  let hash = 0x811c9dc5;
  const agent = userAgent ?? '';
  for (let index = 0; index < agent.length && index < 256; index++) {
    hash = Math.imul(hash ^ agent.charCodeAt(index), 0x01000193);
  }
  return `${address} ${(hash >>> 0).toString(36)}`;
}
