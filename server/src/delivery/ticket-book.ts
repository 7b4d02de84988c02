/** Issues and checks tickets with the present keys and time, and remembers which it has found authentic: parts are asked for several times a second. */
import type { Clock } from '@pantau/base/clock';
import {
  issueGrantTicket,
  issueWindowTicket,
  verifyTicket,
  type GrantSubject,
  type IssuedTicket,
  type Ticket,
} from './ticket.ts';

export interface TicketBookOptions {
  /** The first one signs, all verify. The same array as long as nothing changed: another one makes the memory start anew. */
  readonly keys: () => readonly Buffer[];
  readonly clock: Clock;
}

export interface CheckedTicket extends Ticket {
  readonly isExpired: boolean;
}

/** Authentic tickets that are remembered: a few per stream, and one per grant. */
const MEMORY_LIMIT = 10_000;

export class TicketBook {
  readonly #options: TicketBookOptions;
  #keys: readonly Buffer[] = [];
  /**
   * By stream key and ticket. Only authentic ones are in it, and a lookup hashes the whole text before it compares, so its
   * time tells a guesser nothing.
   */
  readonly #authentic = new Map<string, Ticket>();

  constructor(options: TicketBookOptions) {
    this.#options = options;
  }

  /** The window ticket of now. */
  issueWindow(streamKey: string): IssuedTicket {
    return issueWindowTicket(this.#signingKey(), streamKey, this.#options.clock.now());
  }

  issueGrant(streamKey: string, subject: GrantSubject): IssuedTicket {
    return issueGrantTicket(this.#signingKey(), streamKey, subject, this.#options.clock.now());
  }

  /** @returns undefined when the ticket is not one of ours for this stream. */
  check(streamKey: string, text: string): CheckedTicket | undefined {
    const keys = this.#options.keys();
    if (keys !== this.#keys) {
      this.#keys = keys;
      this.#authentic.clear();
    }
    const name = `${streamKey}/${text}`;
    let ticket = this.#authentic.get(name);
    if (ticket === undefined) {
      ticket = verifyTicket(keys, streamKey, text);
      if (ticket === undefined) return undefined;
      if (this.#authentic.size >= MEMORY_LIMIT) this.#authentic.clear();
      this.#authentic.set(name, ticket);
    }
    const { subject, expiresAtMs } = ticket;
    return { subject, expiresAtMs, isExpired: expiresAtMs <= this.#options.clock.now() };
  }

  #signingKey(): Buffer {
    const [key] = this.#options.keys();
    if (key === undefined) throw new Error('there is no key to sign tickets with');
    return key;
  }
}
