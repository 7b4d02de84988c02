import type { Clock, Timer } from '../clock.ts';

interface Pending {
  readonly id: number;
  readonly at: number;
  readonly callback: () => void;
  readonly every: number | undefined;
}

/**
 * A clock that moves only when a test says so. Timers fire in order of time, then of creation.
 * `advance` lets promise callbacks run between two timers, so that code which awaits in a timer behaves as it would live.
 */
export class VirtualClock implements Clock {
  #monotonic = 0;
  #wall: number;
  #nextId = 1;
  readonly #pending = new Map<number, Pending>();

  /** @param startWallMs wall clock at the start, UTC ms (default 2026-01-01T00:00:00Z). */
  constructor(startWallMs = Date.UTC(2026, 0, 1)) {
    this.#wall = startWallMs;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /** Number of timers that are waiting: a leak check for tests. */
  get pendingTimers(): number {
    return this.#pending.size;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    return this.#add(Math.max(0, delayMs), callback, undefined);
  }

  setRepeating(intervalMs: number, callback: () => void): Timer {
    return this.#add(intervalMs, callback, Math.max(1, intervalMs));
  }

  /** Steps the wall clock without time passing, as NTP or an operator would. */
  stepWall(byMs: number): void {
    this.#wall += byMs;
  }

  /** Moves both clocks `ms` forward, firing what comes due on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await settle();
    for (;;) {
      const next = this.#earliest();
      if (next === undefined || next.at > end) break;
      this.#moveTo(next.at);
      this.#pending.delete(next.id);
      if (next.every !== undefined) {
        this.#pending.set(next.id, { ...next, at: next.at + next.every });
      }
      next.callback();
      await settle();
    }
    this.#moveTo(end);
    await settle();
  }

  #add(delayMs: number, callback: () => void, every: number | undefined): Timer {
    const id = this.#nextId++;
    this.#pending.set(id, { id, at: this.#monotonic + delayMs, callback, every });
    return { cancel: () => void this.#pending.delete(id) };
  }

  #earliest(): Pending | undefined {
    let best: Pending | undefined;
    for (const timer of this.#pending.values()) {
      if (best === undefined || timer.at < best.at || (timer.at === best.at && timer.id < best.id))
        best = timer;
    }
    return best;
  }

  #moveTo(at: number): void {
    this.#wall += at - this.#monotonic;
    this.#monotonic = at;
  }
}

/** Lets everything that is already runnable run: microtasks, then one turn of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
