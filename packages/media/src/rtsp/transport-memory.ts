/**
 * What transport worked for a source, so that the next attempt does not pay for the search again: finding out that UDP stays
 * silent costs seconds. Bounded: of many sources the longest unused is forgotten; after an hour the first choice is tried again.
 */
import type { Clock } from '@pantau/base/clock';
import type { SourceDefinition } from '../source-definition.ts';

const MAX_SOURCES = 4096;
const KEEP_MS = 3_600_000;

export type MediaTransportName = 'tcp' | 'udp';

interface Remembered {
  readonly transport: MediaTransportName;
  readonly untilMs: number;
}

export class TransportMemory {
  readonly #entries = new Map<string, Remembered>();

  /** The transports to try for a source, best first. */
  order(source: SourceDefinition, clock: Clock): readonly MediaTransportName[] {
    const chosen = source.transport ?? 'auto';
    if (chosen === 'tcp' || chosen === 'http') return ['tcp'];
    // nobody who wrote rtsps:// expects the picture to leave TLS unasked
    if (chosen === 'auto' && /^rtsps:/i.test(source.url)) return ['tcp'];
    const remembered = this.#entries.get(keyOf(source));
    const isFresh = remembered !== undefined && clock.monotonic() < remembered.untilMs;
    const first = isFresh ? remembered.transport : preferred(source);
    return first === 'udp' ? ['udp', 'tcp'] : ['tcp', 'udp'];
  }

  /** A session over `transport` was opened. */
  worked(source: SourceDefinition, transport: MediaTransportName, clock: Clock): void {
    const key = keyOf(source);
    const before = this.#entries.get(key);
    this.#entries.delete(key);
    if (transport === preferred(source)) return;
    const untilMs = before?.transport === transport ? before.untilMs : clock.monotonic() + KEEP_MS;
    this.#entries.set(key, { transport, untilMs });
    if (this.#entries.size <= MAX_SOURCES) return;
    const oldest = this.#entries.keys().next();
    if (oldest.done !== true) this.#entries.delete(oldest.value);
  }
}

function preferred(source: SourceDefinition): MediaTransportName {
  return source.transport === 'udp' ? 'udp' : 'tcp';
}

function keyOf(source: SourceDefinition): string {
  return `${source.transport ?? 'auto'} ${source.url}`;
}
