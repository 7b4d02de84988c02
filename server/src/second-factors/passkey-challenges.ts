/**
 * Challenges that were handed out and not answered yet. Each is good for one answer within five minutes; a restart forgets them
 * and people begin again.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '@pantau/base/clock';

export type PasskeyPurpose = 'register' | 'login' | 'second-factor' | 'confirm';

export interface ChallengeUse {
  readonly purpose: PasskeyPurpose;
  /** Whose answer is expected; undefined when any account may answer. */
  readonly userId: number | undefined;
}

export const CHALLENGE_LIFETIME_MS = 5 * 60_000;
const CHALLENGE_BYTES = 32;
/** Most challenges that wait; the oldest gives way. */
const MAX_WAITING = 1000;
/** Most of one account, so that none can push out the others'. */
const MAX_WAITING_PER_USER = 8;

interface Waiting extends ChallengeUse {
  /** On the monotonic clock. */
  readonly expiresAtMs: number;
}

export class PasskeyChallenges {
  readonly #clock: Clock;
  /** Two tables, oldest first: strangers who ask for any number of challenges push out each other's only. */
  readonly #anonymous = new Map<string, Waiting>();
  readonly #owned = new Map<string, Waiting>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns 32 random bytes (WebAuthn section 13.4.3 asks for 16 at least). */
  issue(use: ChallengeUse): Buffer {
    const challenge = randomBytes(CHALLENGE_BYTES);
    const table = this.#tableOf(use.userId);
    if (use.userId !== undefined) {
      const own = [...table].filter(([, waiting]) => waiting.userId === use.userId);
      if (own.length >= MAX_WAITING_PER_USER) forgetOldest(own, table);
    }
    if (table.size >= MAX_WAITING) forgetOldest(table, table);
    table.set(challenge.toString('base64url'), {
      ...use,
      expiresAtMs: this.#clock.monotonic() + CHALLENGE_LIFETIME_MS,
    });
    return challenge;
  }

  /**
   * Consumes a challenge, whether or not it fits.
   * @param challenge base64url.
   * @returns whether it was handed out for exactly this use and is still good.
   */
  take(challenge: string, use: ChallengeUse): boolean {
    const waiting = this.#anonymous.get(challenge) ?? this.#owned.get(challenge);
    this.#anonymous.delete(challenge);
    this.#owned.delete(challenge);
    if (waiting === undefined || waiting.expiresAtMs <= this.#clock.monotonic()) return false;
    return waiting.purpose === use.purpose && waiting.userId === use.userId;
  }

  /** How many wait. */
  get size(): number {
    return this.#anonymous.size + this.#owned.size;
  }

  #tableOf(userId: number | undefined): Map<string, Waiting> {
    return userId === undefined ? this.#anonymous : this.#owned;
  }
}

function forgetOldest(among: Iterable<[string, Waiting]>, table: Map<string, Waiting>): void {
  for (const [challenge] of among) {
    table.delete(challenge);
    return;
  }
}
