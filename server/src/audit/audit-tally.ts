/**
 * Events that strangers can cause as often as they like: the first is written, those of the next minute are counted and
 * written as one, so that a flood fills neither the disk nor the page of whoever looks.
 *
 *   ──●────○○○○○○──────●(count 6)────○────●(count 1)──────────┤ forgotten
 *     0 s              60 s               120 s               180 s
 */
import type { AuditEventType } from '@pantau/contract/audit';
import type { Clock } from '@pantau/base/clock';
import type { AuditEvent } from './audit-event.ts';
import { SYSTEM_ACTOR } from './actor.ts';

const WINDOW_MS = 60_000;

interface Tally {
  /** The last one. */
  event: AuditEvent;
  /** Happened since the last entry. */
  count: number;
  /** When the last entry was written, `Clock.monotonic()`. */
  sinceMs: number;
}

export interface AuditTallyOptions {
  /** Most keys that are told apart; events of more are counted together by type. */
  readonly limit: number;
  readonly write: (event: AuditEvent) => void;
  /** Whether `write` would not push out what is more important. */
  readonly hasRoom: () => boolean;
  readonly clock: Clock;
}

export class AuditTally {
  readonly #options: AuditTallyOptions;
  readonly #tallies = new Map<string, Tally>();
  /** Bounded by the number of types. */
  readonly #others = new Map<AuditEventType, Tally>();

  constructor(options: AuditTallyOptions) {
    this.#options = options;
  }

  /** @param key the address or key that causes it. */
  count(event: AuditEvent, key: string): void {
    const name = `${event.type}\n${key}`;
    const known = this.#tallies.get(name);
    if (known !== undefined) {
      known.event = event;
      known.count++;
      return;
    }
    const isFull = this.#tallies.size >= this.#options.limit;
    const others = isFull ? this.#others.get(event.type) : undefined;
    if (others !== undefined) {
      others.count++;
      return;
    }
    const tally = { event, count: 1, sinceMs: this.#options.clock.monotonic() };
    if (isFull) {
      // Of many: nobody in particular.
      tally.event = { type: event.type, actor: { ...SYSTEM_ACTOR, kind: 'anonymous' } };
      this.#others.set(event.type, tally);
      return;
    }
    this.#tallies.set(name, tally);
    if (!this.#options.hasRoom()) return;
    this.#options.write(event);
    tally.count = 0;
  }

  /** Writes what was counted in minutes that are over; call it every few seconds. */
  sweep(): void {
    const nowMs = this.#options.clock.monotonic();
    for (const tallies of [this.#tallies, this.#others]) {
      // A Map may lose entries while it is walked through.
      const map: Map<string, Tally> = tallies;
      for (const [name, tally] of map) {
        if (nowMs - tally.sinceMs < WINDOW_MS) continue;
        if (tally.count === 0) {
          map.delete(name);
          continue;
        }
        if (!this.#options.hasRoom()) return;
        this.#options.write(summarise(tally));
        tally.count = 0;
        tally.sinceMs = nowMs;
      }
    }
  }

  /** Forgets everything. @returns what was counted and not written. */
  takeAll(): readonly AuditEvent[] {
    const counted = [...this.#tallies.values(), ...this.#others.values()].filter(({ count }) => count > 0);
    this.#tallies.clear();
    this.#others.clear();
    return counted.map(summarise);
  }
}

function summarise({ event, count }: Tally): AuditEvent {
  return { ...event, details: { ...event.details, count } };
}
