/** Knows which cards are on screen and gives them their turns to move; cards subscribe to their own turn. */
import type { Clock, Timer } from '../../lib/clock.ts';
import { assignPreviewSlots, type PreviewCandidate } from './preview-slots.ts';

interface Card {
  readonly id: number;
  readonly element: Element;
  readonly onTurn: (hasTurn: boolean) => void;
  isPlayable: boolean;
  isVisible: boolean;
  startedAtMs: number | undefined;
  endedAtMs: number | undefined;
}

const REVIEW_MS = 3_000;
/** Cards scrolled past are not worth a connection: wait until the page rests. */
const SETTLE_MS = 300;

export class PreviewBoard {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #observer: IntersectionObserver;
  readonly #cards = new Map<Element, Card>();
  #review: Timer | undefined;
  #settle: Timer | undefined;

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
    this.#observer = new IntersectionObserver((entries) => this.#onSeen(entries), { threshold: 0.5 });
  }

  /** Returns how to take the card off the board. */
  add(id: number, element: Element, isPlayable: boolean, onTurn: (hasTurn: boolean) => void): () => void {
    this.#cards.set(element, {
      id,
      element,
      onTurn,
      isPlayable,
      isVisible: false,
      startedAtMs: undefined,
      endedAtMs: undefined,
    });
    this.#observer.observe(element);
    this.#review ??= this.#clock.setRepeating(REVIEW_MS, () => this.#assign());
    return () => {
      this.#observer.unobserve(element);
      this.#cards.delete(element);
      this.#assignSoon();
      if (this.#cards.size === 0) this.#stopReview();
    };
  }

  setPlayable(element: Element, isPlayable: boolean): void {
    const card = this.#cards.get(element);
    if (card === undefined || card.isPlayable === isPlayable) return;
    card.isPlayable = isPlayable;
    this.#assignSoon();
  }

  #onSeen(entries: readonly IntersectionObserverEntry[]): void {
    for (const entry of entries) {
      const card = this.#cards.get(entry.target);
      if (card !== undefined) card.isVisible = entry.isIntersecting;
    }
    this.#assignSoon();
  }

  #assignSoon(): void {
    this.#settle ??= this.#clock.setTimer(SETTLE_MS, () => {
      this.#settle = undefined;
      this.#assign();
    });
  }

  #assign(): void {
    const nowMs = this.#clock.monotonic();
    const candidates: PreviewCandidate[] = [];
    // Insertion order is page order closely enough: cards mount from top to bottom.
    for (const card of this.#cards.values()) if (card.isVisible && card.isPlayable) candidates.push(card);
    const turns = assignPreviewSlots(candidates, this.#limit, nowMs);
    for (const card of this.#cards.values()) {
      const hasTurn = card.isVisible && card.isPlayable && turns.has(card.id);
      if (hasTurn === (card.startedAtMs !== undefined)) continue;
      card.startedAtMs = hasTurn ? nowMs : undefined;
      if (!hasTurn) card.endedAtMs = nowMs;
      card.onTurn(hasTurn);
    }
  }

  #stopReview(): void {
    this.#review?.cancel();
    this.#review = undefined;
    this.#settle?.cancel();
    this.#settle = undefined;
  }
}
