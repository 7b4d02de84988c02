/**
 * Which logins may be tried. Devices lock an account, or our address, after a few wrong ones; a recorder with sixteen channels
 * would get thirty-two tries of one mistyped password if each channel counted for itself. So tries are counted per device and
 * login:
 *
 *   never worked ── two refusals ─────────────────────────────► not tried for 30 min
 *   worked before ─ refusals 1, 2, 4 min apart: "busy" ── the 4th, ≥ 5 min after the first ─► the same
 *
 * A device without a free session answers 401 as well (Dahua, Tapo), hence the second line; it is about sources that were open
 * themselves. While a source is open with the login it is right, and a refusal says nothing about it; nor does one of a source
 * that never was, when others were: the login may have no right to that channel. Without a login nothing can be locked, and
 * nothing is counted.
 */
import { createHash } from 'node:crypto';
import type { SourceDefinition } from '../source-definition.ts';
import { LOGIN_PAUSE_MS, MAX_REFUSED_LOGINS } from './retry-policy.ts';

/** What a refusal means: the login is wrong, as far as this source goes or for all; or the device has no session free. */
export type Refusal = 'wrong-here' | 'wrong' | 'busy';

/** About a session's timeout (RFC 2326 12.37): what a dead connection left behind is gone by then. */
export const BUSY_WAIT_MS = 60_000;
const MAX_BUSY_WAIT_MS = 240_000;
const MAX_BUSY_REFUSALS = 4;
const BUSY_FOR_MS = 300_000;

interface Login {
  /** Sources that may use it; without any it is forgotten. */
  users: number;
  /** Attempts with it that have no answer yet. */
  inFlight: number;
  /** Sources that are open with it. */
  open: number;
  hasWorked: boolean;
  /** Since it last worked, or since the last pause. */
  refusals: number;
  firstRefusedMs: number;
  notBeforeMs: number;
  isBlocked: boolean;
}

export class LoginLedger {
  readonly #logins = new Map<string, Login>();

  get size(): number {
    return this.#logins.size;
  }

  /** A source begins to exist. Returns the key of its login on that device; '' when it has none. */
  join(host: string, source: SourceDefinition): string {
    if (source.username === undefined) return '';
    const parts = [host, source.username, source.password?.reveal() ?? ''];
    const key = createHash('sha256').update(JSON.stringify(parts)).digest('base64');
    const login = this.#logins.get(key);
    if (login === undefined) this.#logins.set(key, newLogin());
    else login.users++;
    return key;
  }

  /** It is no more. */
  leave(key: string): void {
    const login = this.#logins.get(key);
    if (login === undefined) return;
    login.users--;
    if (login.users <= 0) this.#logins.delete(key);
  }

  /** Ms until the login may be tried; `Infinity` while tries are under way whose answer decides. */
  waitMs(key: string, nowMs: number): number {
    const login = this.#logins.get(key);
    if (login === undefined) return 0;
    if (nowMs < login.notBeforeMs) return login.notBeforeMs - nowMs;
    if (login.open > 0 || (login.hasWorked && login.refusals === 0)) return 0;
    // After a pause one try is left; so it is when a login that worked is in doubt.
    const isSingle = login.hasWorked || login.isBlocked;
    const tries = isSingle ? 1 : MAX_REFUSED_LOGINS - login.refusals;
    return login.inFlight < tries ? 0 : Number.POSITIVE_INFINITY;
  }

  /** Refused twice, and not tried until `waitMs` is over. */
  isBlocked(key: string, nowMs: number): boolean {
    const login = this.#logins.get(key);
    return login !== undefined && login.isBlocked && nowMs < login.notBeforeMs;
  }

  begin(key: string): void {
    const login = this.#logins.get(key);
    if (login !== undefined) login.inFlight++;
  }

  /** The attempt ended without an answer to the login. */
  abandon(key: string): void {
    const login = this.#logins.get(key);
    if (login !== undefined) login.inFlight--;
  }

  /** The source is open. Returns whether others had to wait because of the login. */
  accept(key: string): boolean {
    const login = this.#logins.get(key);
    if (login === undefined) return false;
    const wasHeld = login.refusals > 0;
    login.inFlight--;
    login.open++;
    login.hasWorked = true;
    login.isBlocked = false;
    login.refusals = 0;
    login.notBeforeMs = Number.NEGATIVE_INFINITY;
    return wasHeld;
  }

  /** A source that was open with it is closed. */
  close(key: string): void {
    const login = this.#logins.get(key);
    if (login !== undefined) login.open--;
  }

  /**
   * The device refused it.
   * @param hasWorkedHere whether this very source was open with it before.
   */
  refuse(key: string, nowMs: number, hasWorkedHere: boolean): Refusal {
    const login = this.#logins.get(key);
    if (login === undefined) return 'wrong-here';
    login.inFlight--;
    if (login.open > 0 && hasWorkedHere) return 'busy';
    if (login.open > 0 || (login.hasWorked && !hasWorkedHere)) return 'wrong-here';
    if (login.refusals === 0) login.firstRefusedMs = nowMs;
    login.refusals++;
    if (login.hasWorked && !this.#isDoubtful(login, nowMs)) {
      const waitMs = Math.min(MAX_BUSY_WAIT_MS, BUSY_WAIT_MS * 2 ** (login.refusals - 1));
      login.notBeforeMs = nowMs + waitMs;
      return 'busy';
    }
    if (!login.hasWorked && !login.isBlocked && login.refusals < MAX_REFUSED_LOGINS) return 'wrong-here';
    login.hasWorked = false;
    login.isBlocked = true;
    login.notBeforeMs = nowMs + LOGIN_PAUSE_MS;
    return 'wrong';
  }

  #isDoubtful(login: Login, nowMs: number): boolean {
    return login.refusals >= MAX_BUSY_REFUSALS && nowMs - login.firstRefusedMs >= BUSY_FOR_MS;
  }
}

function newLogin(): Login {
  return {
    users: 1,
    inFlight: 0,
    open: 0,
    hasWorked: false,
    refusals: 0,
    firstRefusedMs: 0,
    notBeforeMs: Number.NEGATIVE_INFINITY,
    isBlocked: false,
  };
}
