/** The one-time link of the first start: whoever has it becomes the first administrator. It lives in memory, for an hour. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@pantau/base/clock';

export const SETUP_TOKEN_MS = 60 * 60_000;

export class SetupToken {
  readonly #clock: Clock;
  #hash: Buffer | undefined;
  #issuedAtMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes a token; an earlier one is void. Show it to the person at the console, nowhere else. */
  issue(): string {
    const token = randomBytes(24).toString('base64url');
    this.#hash = hash(token);
    this.#issuedAtMs = this.#clock.monotonic();
    return token;
  }

  isValid(token: string): boolean {
    if (this.#hash === undefined || this.#clock.monotonic() - this.#issuedAtMs >= SETUP_TOKEN_MS)
      return false;
    return timingSafeEqual(hash(token), this.#hash);
  }

  /** It was used. */
  void(): void {
    this.#hash = undefined;
  }
}

function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
