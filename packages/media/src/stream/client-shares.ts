/**
 * Counts what clients hold of something that is limited, so that one client cannot take it all. A client is an address;
 * whole villages share one behind their provider's NAT, so a share is generous.
 */
export class ClientShares {
  readonly #limit: number;
  readonly #limitPerClient: number;
  readonly #held = new Map<string, number>();
  #used = 0;

  constructor(limit: number, limitPerClient: number) {
    this.#limit = limit;
    this.#limitPerClient = limitPerClient;
  }

  /** How much all clients hold. */
  get used(): number {
    return this.#used;
  }

  /** @returns false when there is no more, or not for this client. */
  take(client: string): boolean {
    const held = this.#held.get(client) ?? 0;
    if (this.#used >= this.#limit || held >= this.#limitPerClient) return false;
    this.#held.set(client, held + 1);
    this.#used++;
    return true;
  }

  giveBack(client: string): void {
    const held = this.#held.get(client) ?? 0;
    if (held === 0) return;
    if (held === 1) this.#held.delete(client);
    else this.#held.set(client, held - 1);
    this.#used--;
  }
}
