/**
 * Requests that wait for media which does not exist yet: blocking playlist reloads (RFC 8216bis 6.2.5.2), the preload
 * hint's part, and the first request on a stream that is just being opened.
 */
import type { ClientShares } from '../stream/client-shares.ts';

export type ParkedOutcome = 'ready' | 'timeout' | 'released';

export interface ParkedRequest {
  /** Address of who asks. */
  readonly client: string;
  /** Whether what it waits for is there. Cheap: asked for each request on each part. */
  isReady(): boolean;
  /** Sends the reply. Called once. */
  answer(outcome: ParkedOutcome): void;
  /** Monotonic ms at which it is answered `timeout`. */
  readonly deadlineMs: number;
}

/** Replies sent in one turn of the event loop: about 2 ms of work. */
const BATCH = 128;

export class ParkedRequests {
  readonly #budget: ClientShares;
  readonly #limit: number;
  readonly #waiting = new Set<ParkedRequest>();
  /** Due, in order; answered in batches so that 10,000 of them do not hold up everybody else. */
  #due: { readonly request: ParkedRequest; readonly outcome: ParkedOutcome }[] = [];
  #isDraining = false;

  /** @param budget what all streams of an engine may park together. */
  constructor(budget: ClientShares, limit: number) {
    this.#budget = budget;
    this.#limit = limit;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** @returns false when full, or the client waits for too much: the caller answers at once that the server is overloaded. */
  park(request: ParkedRequest): boolean {
    if (this.#waiting.size >= this.#limit || !this.#budget.take(request.client)) return false;
    this.#waiting.add(request);
    return true;
  }

  /** The client went away: forget its request. */
  unpark(request: ParkedRequest): void {
    if (this.#waiting.delete(request)) this.#budget.giveBack(request.client);
  }

  /** Something changed: answers those whose wait is over. */
  wake(): void {
    for (const request of this.#waiting) if (request.isReady()) this.#settle(request, 'ready');
    this.#drain();
  }

  /** Answers those whose time is up. */
  expire(nowMs: number): void {
    for (const request of this.#waiting) if (nowMs >= request.deadlineMs) this.#settle(request, 'timeout');
    this.#drain();
  }

  /** Answers all: what they wait for will not come. */
  releaseAll(): void {
    for (const request of this.#waiting) this.#settle(request, 'released');
    this.#drain();
  }

  #settle(request: ParkedRequest, outcome: ParkedOutcome): void {
    this.unpark(request);
    this.#due.push({ request, outcome });
  }

  #drain(): void {
    if (this.#isDraining || this.#due.length === 0) return;
    this.#isDraining = true;
    let next = 0;
    const drainBatch = () => {
      const end = Math.min(next + BATCH, this.#due.length);
      for (; next < end; next++) {
        const due = this.#due[next];
        due?.request.answer(due.outcome);
      }
      if (next < this.#due.length) {
        setImmediate(drainBatch);
        return;
      }
      this.#due = [];
      this.#isDraining = false;
    };
    drainBatch();
  }
}
