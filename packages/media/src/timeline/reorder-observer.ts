/** Counts how far a camera reorders pictures: how many came before one that is shown earlier than they. */
import { MAX_REORDER } from './decode-times.ts';

export class ReorderObserver {
  #recent: number[] = [];

  /** Takes the presentation time of the next picture in decode order; returns how many before it are shown later. */
  add(pts: number): number {
    const later = this.#recent.filter((other) => other > pts).length;
    this.#recent.push(pts);
    if (this.#recent.length > MAX_REORDER) this.#recent.shift();
    return later;
  }

  /** Forgets what was before a gap. */
  reset(): void {
    this.#recent = [];
  }
}
