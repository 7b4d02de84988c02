import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '@pantau/base/testing/virtual-clock';
import { GRANT_MS, issueGrantTicket, issueWindowTicket, verifyTicket, WINDOW_MS } from './ticket.ts';
import { TicketBook } from './ticket-book.ts';

const KEY = Buffer.alloc(32, 1);
const OTHER_KEY = Buffer.alloc(32, 2);
const STREAM = 'abcdefghijklmnopqrstuvwxyz';
const OTHER_STREAM = 'bbcdefghijklmnopqrstuvwxyz';
const SESSION = 's0123456789abcdefABCD_-' as const;
const NOW = Date.UTC(2026, 6, 1, 7, 30);

const window = issueWindowTicket(KEY, STREAM, NOW);
const grant = issueGrantTicket(KEY, STREAM, SESSION, NOW);

describe('window tickets', () => {
  it('are the same during six hours, and good for six to twelve', () => {
    const start = Math.floor(NOW / WINDOW_MS) * WINDOW_MS;
    const ticketAt = (ms: number) => issueWindowTicket(KEY, STREAM, ms);
    expect(ticketAt(start).text).toBe(ticketAt(start + WINDOW_MS - 1).text);
    expect(ticketAt(start).text).not.toBe(ticketAt(start + WINDOW_MS).text);
    expect(ticketAt(start).expiresAtMs - start).toBe(12 * 3_600_000);
    expect(ticketAt(start + WINDOW_MS - 1).expiresAtMs - start - WINDOW_MS + 1).toBe(6 * 3_600_000 + 1);
  });

  it('are short and need no encoding in a path', () => {
    expect(window.text).toMatch(/^[A-Za-z0-9._-]{31,34}$/);
    expect(grant.text).toMatch(/^[A-Za-z0-9._-]{50,60}$/);
  });

  it('say their expiry and no subject', () => {
    expect(verifyTicket([KEY], STREAM, window.text)).toEqual({
      subject: undefined,
      expiresAtMs: window.expiresAtMs,
    });
  });
});

describe('grant tickets', () => {
  it.each([SESSION, 'k1', 'k123456'] as const)('name %s and end after an hour', (subject) => {
    const { text } = issueGrantTicket(KEY, STREAM, subject, NOW);
    expect(verifyTicket([KEY], STREAM, text)).toEqual({ subject, expiresAtMs: NOW + GRANT_MS });
  });
});

describe('what is no ticket', () => {
  const swapCase = (text: string) =>
    text.replaceAll(/[a-zA-Z]/g, (letter) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    );
  /** The last of 22 characters holds four bits of nothing: another spelling of the same bytes. */
  const respelt = (text: string) => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(text.at(-1) ?? '');
    return text.slice(0, -1) + (alphabet[last ^ 1] ?? '');
  };
  const [, expiry = '', mac = ''] = window.text.split('.');

  it.each([
    ['nothing', ''],
    ['the first half', window.text.slice(0, 16)],
    ['all but one character', window.text.slice(0, -1)],
    ['one character more', `${window.text}A`],
    ['a dot more', `${window.text}.`],
    ['a NUL behind', `${window.text}\0`],
    ['a line end behind', `${window.text}\n`],
    ['a space before', ` ${window.text}`],
    ['upper and lower case swapped', swapCase(window.text)],
    ['all in upper case', window.text.toUpperCase()],
    ['another spelling of the same bytes', respelt(window.text)],
    ['padding behind', `${window.text}==`],
    ['a later expiry', `w.${(Number.parseInt(expiry, 36) + 3600).toString(36)}.${mac}`],
    ['the expiry with a zero before it', `w.0${expiry}.${mac}`],
    ['a grant made of it', `g.${expiry}.${SESSION}.${mac}`],
    ['a grant without its subject', `w.${grant.text.split('.')[1]}.${grant.text.split('.')[3]}`],
    ['a grant of another session', grant.text.replace(SESSION, 's0123456789abcdefABCD_A')],
    ['a grant with a key for its session', grant.text.replace(SESSION, 'k1')],
    ['no MAC', `w.${expiry}.`],
    ['a MAC of zeros', `w.${expiry}.${'A'.repeat(22)}`],
    ['ten thousand characters', 'w'.repeat(10_000)],
    ['an object of the language', '__proto__'],
  ])('%s', (_name, text) => {
    expect(verifyTicket([KEY], STREAM, text)).toBeUndefined();
  });

  it('a ticket of another stream', () => {
    expect(verifyTicket([KEY], OTHER_STREAM, window.text)).toBeUndefined();
    expect(verifyTicket([KEY], OTHER_STREAM, grant.text)).toBeUndefined();
  });

  it('a ticket signed with another key, or when there are no keys', () => {
    expect(verifyTicket([OTHER_KEY], STREAM, window.text)).toBeUndefined();
    expect(verifyTicket([], STREAM, window.text)).toBeUndefined();
  });

  it('anything, whatever the bytes', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 30 }),
        fc.constantFrom('w', 'g', '.', expiry, mac, SESSION, 'k7', '/', '%2f', '\0'),
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join('');
        const verified = verifyTicket([KEY], STREAM, text);
        if (text !== window.text) expect(verified).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  it('a ticket with any one character changed', () => {
    const alphabet = 'ABCXYZabcxyz0189-_.'.split('');
    fc.assert(
      fc.property(
        fc.constantFrom(window.text, grant.text),
        fc.nat(),
        fc.constantFrom(...alphabet),
        (text, at, letter) => {
          const index = at % text.length;
          const changed = text.slice(0, index) + letter + text.slice(index + 1);
          fc.pre(changed !== text);
          expect(verifyTicket([KEY], STREAM, changed)).toBeUndefined();
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('keys', () => {
  it('the first signs, all verify', () => {
    const clock = new VirtualClock(NOW);
    const before = new TicketBook({ keys: () => [KEY], clock }).issueWindow(STREAM).text;
    const keys = [OTHER_KEY, KEY];
    const book = new TicketBook({ keys: () => keys, clock });
    expect(book.check(STREAM, before)).toMatchObject({ isExpired: false });
    expect(verifyTicket([OTHER_KEY], STREAM, book.issueWindow(STREAM).text)).toBeDefined();
  });

  it('a key that was taken away takes its tickets with it, remembered or not', () => {
    let keys = [KEY];
    const book = new TicketBook({ keys: () => keys, clock: new VirtualClock(NOW) });
    expect(book.check(STREAM, window.text)).toBeDefined();
    keys = [OTHER_KEY];
    expect(book.check(STREAM, window.text)).toBeUndefined();
  });

  it('signs with HMAC-SHA-256, cut to its first half', () => {
    const [, expiry, mac = ''] = window.text.split('.');
    const full = createHmac('sha256', KEY).update(`pantau ticket 1\nwindow\n${expiry}\n\n${STREAM}`).digest();
    expect(Buffer.from(mac, 'base64url')).toEqual(full.subarray(0, 16));
  });
});

describe('TicketBook', () => {
  it('knows when a ticket has expired, also one it remembers', async () => {
    const clock = new VirtualClock(NOW);
    const keys = [KEY];
    const book = new TicketBook({ keys: () => keys, clock });
    const { text, expiresAtMs } = book.issueWindow(STREAM);
    expect(book.check(STREAM, text)?.isExpired).toBe(false);
    await clock.advance(expiresAtMs - NOW - 1);
    expect(book.check(STREAM, text)?.isExpired).toBe(false);
    await clock.advance(1);
    expect(book.check(STREAM, text)?.isExpired).toBe(true);
    expect(book.check(OTHER_STREAM, text)).toBeUndefined();
  });
});
