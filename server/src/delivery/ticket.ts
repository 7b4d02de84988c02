/**
 * Tickets: the signed, expiring path prefix of every media URL, good for one stream.
 *
 *   window   w.<expiry>.<mac>            the same for everybody during six hours, so that caches can share what it opens
 *   grant    g.<expiry>.<subject>.<mac>  made for one session or key, and good only while that lives
 *
 * Expiry is UTC seconds in base 36; the MAC is HMAC-SHA-256 over kind, expiry, subject and stream key, its first 16 bytes in
 * base64url (RFC 2104 section 5 allows half the hash). Pure: keys and time are handed in.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Whom a grant was made for: `s` and the id of a sign-in session, or `k` and the id of an API key. */
export type GrantSubject = `s${string}` | `k${number}`;

export interface Ticket {
  /** Undefined: a window ticket. */
  readonly subject: GrantSubject | undefined;
  /** UTC ms. */
  readonly expiresAtMs: number;
}

export interface IssuedTicket extends Ticket {
  /** URL-safe, for a path. */
  readonly text: string;
}

/** A window ticket is good for the rest of its window and all of the next. */
export const WINDOW_MS = 6 * 3_600_000;
export const GRANT_MS = 3_600_000;
const MAC_BYTES = 16;
/** Longer than any ticket that is issued. */
const MAX_LENGTH = 80;
const TICKET =
  /^(?:w\.([0-9a-z]{6,8})|g\.([0-9a-z]{6,8})\.(s[A-Za-z0-9_-]{22}|k[1-9]\d{0,14}))\.[A-Za-z0-9_-]{22}$/;

/** The ticket of the window that `nowMs` (UTC) is in. */
export function issueWindowTicket(key: Buffer, streamKey: string, nowMs: number): IssuedTicket {
  const expiresAtMs = (Math.floor(nowMs / WINDOW_MS) + 2) * WINDOW_MS;
  return issue(key, streamKey, expiresAtMs, undefined);
}

/** A ticket for one session or key, good for an hour from `nowMs` (UTC). */
export function issueGrantTicket(
  key: Buffer,
  streamKey: string,
  subject: GrantSubject,
  nowMs: number,
): IssuedTicket {
  const expiresAtMs = Math.floor((nowMs + GRANT_MS) / 1000) * 1000;
  return issue(key, streamKey, expiresAtMs, subject);
}

/**
 * What a ticket from a URL says, if one of `keys` signed it for this stream; whether it has expired is for the caller to
 * see. Undefined for everything else, whatever the bytes.
 */
export function verifyTicket(keys: readonly Buffer[], streamKey: string, text: string): Ticket | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const match = TICKET.exec(text);
  if (match === null) return undefined;
  const expiry = match[1] ?? match[2] ?? '';
  const subject = match[3];
  const macAt = text.lastIndexOf('.') + 1;
  // The texts are compared, not the bytes: base64url has several spellings of the same 16 bytes.
  const given = Buffer.from(text.slice(macAt));
  const signed = signedText(expiry, subject, streamKey);
  const isAuthentic = keys.some((key) => timingSafeEqual(given, Buffer.from(macOf(key, signed))));
  if (!isAuthentic) return undefined;
  return {
    subject: subject === undefined ? undefined : asSubject(subject),
    expiresAtMs: parseInt(expiry, 36) * 1000,
  };
}

function issue(
  key: Buffer,
  streamKey: string,
  expiresAtMs: number,
  subject: GrantSubject | undefined,
): IssuedTicket {
  const expiry = (expiresAtMs / 1000).toString(36);
  const mac = macOf(key, signedText(expiry, subject, streamKey));
  const text = subject === undefined ? `w.${expiry}.${mac}` : `g.${expiry}.${subject}.${mac}`;
  return { text, subject, expiresAtMs };
}

/** Only the last field is free in its characters, so no two tickets sign the same text. */
function signedText(expiry: string, subject: string | undefined, streamKey: string): string {
  return `pantau ticket 1\n${subject === undefined ? 'window' : 'grant'}\n${expiry}\n${subject ?? ''}\n${streamKey}`;
}

function macOf(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest().toString('base64url', 0, MAC_BYTES);
}

function asSubject(text: string): GrantSubject {
  return text.startsWith('s') ? `s${text.slice(1)}` : `k${Number(text.slice(1))}`;
}
