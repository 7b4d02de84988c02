/**
 * Requests that wait for media which does not exist yet: blocking playlist reloads (RFC 8216bis 6.2.5.2), the preload
 * hint's part, and the first request on a stream that is just being opened.
 */

export type ParkedOutcome = 'ready' | 'timeout' | 'released';

export interface ParkedRequest {
  /** Whether what it waits for is there. Cheap: asked for each request on each part. */
  isReady(): boolean;
  /** Sends the reply. Called once. */
  answer(outcome: ParkedOutcome): void;
  /** Monotonic ms at which it is answered `timeout`. */
  readonly deadlineMs: number;
}

/** What all streams of an engine may park together. */
export class ParkingBudget {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  take(): boolean {
    if (this.#used >= this.#limit) return false;
    this.#used++;
    return true;
  }

  giveBack(): void {
    this.#used--;
  }
}

/** Replies sent in one turn of the event loop: about 2 ms of work. */
const BATCH = 128;

export class ParkedRequests {
  readonly #budget: ParkingBudget;
  readonly #limit: number;
  readonly #waiting = new Set<ParkedRequest>();
  /** Due, in order; answered in batches so that 10,000 of them do not hold up everybody else. */
  #due: { readonly request: ParkedRequest; readonly outcome: ParkedOutcome }[] = [];
  #isDraining = false;

  constructor(budget: ParkingBudget, limit: number) {
    this.#budget = budget;
    this.#limit = limit;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** @returns false when full: the caller answers at once that the server is overloaded. */
  park(request: ParkedRequest): boolean {
    if (this.#waiting.size >= this.#limit || !this.#budget.take()) return false;
    this.#waiting.add(request);
    return true;
  }

  /** The client went away: forget its request. */
  unpark(request: ParkedRequest): void {
    if (this.#waiting.delete(request)) this.#budget.giveBack();
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
