/** A sign-in session: what the cookie stands for. */
import { createHash, randomBytes } from 'node:crypto';

export interface Session {
  /** Public, for lists and revocation. */
  readonly id: string;
  readonly userId: number;
  /** "Remember this device" was chosen. */
  readonly remembered: boolean;
  readonly address: string | null;
  readonly userAgent: string | null;
  /** UTC ms, all four. */
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number;
  readonly expiresAtMs: number;
  /** When the person last proved themselves. */
  readonly confirmedAtMs: number;
}

/** A session that is not used for so long ends. */
export const IDLE_MS = 60 * 60_000;
/** A session ends then, however much it is used. */
export const ABSOLUTE_MS = 24 * 60 * 60_000;
/** Both, on a device that is remembered. */
export const REMEMBERED_MS = 30 * 24 * 60 * 60_000;

/** The value of a new cookie: 256 random bits in 43 characters. */
export function createSessionToken(): string {
  return randomBytes(32).toString('base64url');
}

/** 128 random bits in 22 characters. */
export function createSessionId(): string {
  return randomBytes(16).toString('base64url');
}

/** What the table holds of a token: knowing it does not help to forge one. A token has 256 random bits, so a plain hash is enough. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Whether a session is over. A clock that was set back makes no session older, and none younger than its creation says. */
export function isOver(session: Session, lastUsedAtMs: number, nowMs: number): boolean {
  if (nowMs >= session.expiresAtMs) return true;
  // The clock was set back by more than a session lasts: its dates say nothing any more.
  if (session.createdAtMs - nowMs > REMEMBERED_MS) return true;
  return !session.remembered && nowMs - lastUsedAtMs >= IDLE_MS;
}
