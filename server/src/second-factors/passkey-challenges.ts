/**
 * Challenges that were handed out and not answered yet. Each is good for one answer within five minutes; a restart forgets them
 * and people begin again.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '@pantau/base/clock';
import { StrangerChallenges } from './stranger-challenges.ts';

export type PasskeyPurpose = 'register' | 'login' | 'second-factor' | 'confirm';

export interface ChallengeUse {
  readonly purpose: PasskeyPurpose;
  /** Whose answer is expected; undefined when any account may answer. */
  readonly userId: number | undefined;
}

export const CHALLENGE_LIFETIME_MS = 5 * 60_000;
const CHALLENGE_BYTES = 32;
/** Most challenges of accounts that wait; the oldest gives way. */
const MAX_WAITING = 1000;
/** Most of one account, so that none can push out the others'. */
const MAX_WAITING_PER_USER = 8;

interface Waiting {
  readonly purpose: PasskeyPurpose;
  readonly userId: number;
  /** On the monotonic clock. */
  readonly expiresAtMs: number;
}

export class PasskeyChallenges {
  readonly #clock: Clock;
  /** Of accounts, oldest first. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #strangers: StrangerChallenges;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#strangers = new StrangerChallenges(clock, CHALLENGE_LIFETIME_MS);
  }

  /** @returns 32 random bytes (WebAuthn section 13.4.3 asks for 16 at least). */
  issue({ purpose, userId }: ChallengeUse): Buffer {
    if (userId === undefined) return this.#strangers.issue(purpose);
    const challenge = randomBytes(CHALLENGE_BYTES);
    const table = this.#waiting;
    const own = [...table].filter(([, waiting]) => waiting.userId === userId);
    if (own.length >= MAX_WAITING_PER_USER) forgetOldest(own, table);
    if (table.size >= MAX_WAITING) forgetOldest(table, table);
    const expiresAtMs = this.#clock.monotonic() + CHALLENGE_LIFETIME_MS;
    table.set(challenge.toString('base64url'), { purpose, userId, expiresAtMs });
    return challenge;
  }

  /**
   * Consumes a challenge; one of an account whether or not it fits.
   * @param challenge base64url.
   * @returns whether it was handed out for exactly this use and is still good.
   */
  take(challenge: string, { purpose, userId }: ChallengeUse): boolean {
    const waiting = this.#waiting.get(challenge);
    this.#waiting.delete(challenge);
    if (userId === undefined) return this.#strangers.take(challenge, purpose);
    if (waiting === undefined || waiting.expiresAtMs <= this.#clock.monotonic()) return false;
    return waiting.purpose === purpose && waiting.userId === userId;
  }

  /** How many wait of accounts. */
  get size(): number {
    return this.#waiting.size;
  }
}

function forgetOldest(among: Iterable<[string, Waiting]>, table: Map<string, Waiting>): void {
  for (const [challenge] of among) {
    table.delete(challenge);
    return;
  }
}
