/**
 * Challenges for whoever asks, none of which is remembered: a signature says that one is ours, what for, and until when. Strangers may ask
 * for as many as they like and push out nobody's. Only those that were answered are remembered, so that each is good once.
 *
 *   10 random bytes · 6: when it expires, ms of the monotonic clock · 16: HMAC-SHA-256 over the purpose and these
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@pantau/base/clock';

const RANDOM_BYTES = 10;
const TIME_BYTES = 6;
const MAC_BYTES = 16;
const SIGNED_BYTES = RANDOM_BYTES + TIME_BYTES;
/** Most answered challenges that are remembered; the oldest gives way. An answer that was forgotten so early still has to be overheard first. */
const MAX_ANSWERED = 10_000;

export class StrangerChallenges {
  readonly #clock: Clock;
  readonly #lifetimeMs: number;
  /** Of this process: a restart forgets all challenges. */
  readonly #key = randomBytes(32);
  /** base64url, oldest first, with when they expire. */
  readonly #answered = new Map<string, number>();

  constructor(clock: Clock, lifetimeMs: number) {
    this.#clock = clock;
    this.#lifetimeMs = lifetimeMs;
  }

  /** @returns 32 bytes that nobody can foretell. */
  issue(purpose: string): Buffer {
    const signed = Buffer.alloc(SIGNED_BYTES);
    randomBytes(RANDOM_BYTES).copy(signed);
    const expiresAtMs = Math.floor(this.#clock.monotonic() + this.#lifetimeMs);
    signed.writeUIntBE(expiresAtMs, RANDOM_BYTES, TIME_BYTES);
    return Buffer.concat([signed, this.#sign(purpose, signed)]);
  }

  /** @param challenge base64url. @returns whether it is ours, for this purpose, still good and not answered before. */
  take(challenge: string, purpose: string): boolean {
    const bytes = Buffer.from(challenge, 'base64url');
    // One spelling each: decoding leaves out what is not base64url.
    if (bytes.length !== SIGNED_BYTES + MAC_BYTES || bytes.toString('base64url') !== challenge) return false;
    const signed = bytes.subarray(0, SIGNED_BYTES);
    if (!timingSafeEqual(this.#sign(purpose, signed), bytes.subarray(SIGNED_BYTES))) return false;
    const expiresAtMs = signed.readUIntBE(RANDOM_BYTES, TIME_BYTES);
    if (expiresAtMs <= this.#clock.monotonic() || this.#answered.has(challenge)) return false;
    this.#remember(challenge, expiresAtMs);
    return true;
  }

  /** How many answered ones are remembered. */
  get size(): number {
    return this.#answered.size;
  }

  #remember(challenge: string, expiresAtMs: number): void {
    for (const [oldest, endMs] of this.#answered) {
      if (endMs > this.#clock.monotonic() && this.#answered.size < MAX_ANSWERED) break;
      this.#answered.delete(oldest);
    }
    this.#answered.set(challenge, expiresAtMs);
  }

  #sign(purpose: string, signed: Buffer): Buffer {
    return createHmac('sha256', this.#key)
      .update(`${purpose}\n`)
      .update(signed)
      .digest()
      .subarray(0, MAC_BYTES);
  }
}
