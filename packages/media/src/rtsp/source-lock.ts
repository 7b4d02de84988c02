/**
 * Whose datagrams are taken. UDP has no connection: anybody who knows our port can send to it, and cameras send from ports,
 * even from addresses, that they never announced. So the first packet decides among those who may be it at all:
 *
 *   from the host we are connected to ──────────────────────── any port
 *   from the address that SETUP named as `source` ──────────── when the address rules allow a camera there
 *   anybody else ───────────────────────────────────────────── no
 *
 * and from then on only that address and port, until it has been silent for a second.
 */
import type { AddressRules } from './address-guard.ts';
import { isRefusedAddress } from './address-guard.ts';

const RELOCK_AFTER_MS = 1000;

export interface Sender {
  readonly address: string;
  readonly port: number;
}

export class SourceLock {
  readonly #host: string;
  readonly #named: string | undefined;
  readonly #rules: AddressRules;
  #sender: Sender | undefined;
  #lastMs = 0;

  /**
   * @param host address of the RTSP connection.
   * @param named `source` of the Transport header; anything that is not an address is never equal to one.
   */
  constructor(host: string, named: string | undefined, rules: AddressRules) {
    this.#host = plainAddress(host);
    this.#named = named === undefined ? undefined : plainAddress(named);
    this.#rules = rules;
  }

  /** Who is listened to; undefined before the first packet. */
  get sender(): Sender | undefined {
    return this.#sender;
  }

  /** Whether a datagram is taken. */
  admit(address: string, port: number, nowMs: number): boolean {
    const current = this.#sender;
    if (current?.port === port && current.address === address) {
      this.#lastMs = nowMs;
      return true;
    }
    if (current !== undefined && nowMs - this.#lastMs < RELOCK_AFTER_MS) return false;
    if (!this.#mayBe(address, port)) return false;
    this.#sender = { address, port };
    this.#lastMs = nowMs;
    return true;
  }

  #mayBe(address: string, port: number): boolean {
    const plain = plainAddress(address);
    if (plain === this.#host) return true;
    if (plain !== this.#named) return false;
    return !isRefusedAddress('inward', plain) && (this.#rules.isAddressAllowed?.(plain, port) ?? true);
  }
}

/** An IPv4 address in its own form, also where a socket for both families shows it as `::ffff:a.b.c.d`. */
export function plainAddress(address: string): string {
  return address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
}
