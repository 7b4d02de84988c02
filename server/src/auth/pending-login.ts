/**
 * A sign-in whose password was right and that waits for the second factor. It is a signed text in a cookie, so that it
 * costs the server nothing until it is complete; a changed password makes it void.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@pantau/base/clock';

export const PENDING_LOGIN_MS = 5 * 60_000;

export interface PendingLogin {
  readonly userId: number;
  /** Of the account, when the password was checked. */
  readonly passwordChangedAtMs: number;
  readonly remember: boolean;
}

/** Keys for signing, newest first: the first signs, all verify. */
export type SigningKeys = () => readonly Buffer[];

export class PendingLogins {
  readonly #keys: SigningKeys;
  readonly #clock: Clock;

  constructor(keys: SigningKeys, clock: Clock) {
    this.#keys = keys;
    this.#clock = clock;
  }

  format(login: PendingLogin): string {
    const expiresAtMs = this.#clock.now() + PENDING_LOGIN_MS;
    const text = [login.userId, login.passwordChangedAtMs, login.remember ? 1 : 0, expiresAtMs].join('.');
    const [key] = this.#keys();
    if (key === undefined) throw new Error('there is no signing key');
    return `${text}.${sign(text, key)}`;
  }

  /** @returns undefined for what we did not sign, and when it is too old. */
  parse(text: string): PendingLogin | undefined {
    const match = /^((\d{1,10})\.(\d{1,15})\.([01])\.(\d{1,15}))\.([\w-]{43})$/.exec(text);
    if (match === null) return undefined;
    const [, signed = '', userId, changedAt, remember, expiresAt, mac = ''] = match;
    if (!this.#keys().some((key) => isSame(sign(signed, key), mac))) return undefined;
    const leftMs = Number(expiresAt) - this.#clock.now();
    if (leftMs <= 0 || leftMs > PENDING_LOGIN_MS) return undefined;
    return {
      userId: Number(userId),
      passwordChangedAtMs: Number(changedAt),
      remember: remember === '1',
    };
  }
}

function sign(text: string, key: Buffer): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
