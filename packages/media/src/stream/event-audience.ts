/** Viewers who take what the source emits as it is, past the muxer: those by WebRTC. */
import type { HlsRelay } from '../hls-relay/hls-relay.ts';
import type { MediaEvent, StreamConfig } from '../sample.ts';
import type { WhepListener } from '../whep/whep-server.ts';
import type { StreamReason } from './stream-status.ts';

/** Why there is nothing to play, and after how many seconds it is worth asking again. */
export interface Unavailability {
  readonly reason: StreamReason;
  readonly retryAfterS: number;
}

export class EventAudience {
  readonly #listeners = new Set<WhepListener>();
  /** What the source sends now; undefined while there is none. */
  #config: StreamConfig | undefined;

  get size(): number {
    return this.#listeners.size;
  }

  /** Adds a listener and tells it what is in force. @returns whether there was something to tell. */
  add(listener: WhepListener, relay: HlsRelay | undefined): boolean {
    this.#listeners.add(listener);
    if (relay !== undefined) listener.onEvent({ type: 'relay', relay });
    else if (this.#config !== undefined) listener.onEvent({ type: 'config', config: this.#config });
    return relay !== undefined || this.#config !== undefined;
  }

  /** @returns whether it was one of them. */
  remove(listener: WhepListener): boolean {
    return this.#listeners.delete(listener);
  }

  /** Takes what the source emits. */
  push(event: MediaEvent): void {
    if (event.type === 'config') this.#config = event.config;
    for (const listener of this.#listeners) listener.onEvent(event);
  }

  /** The source was lost or closed. */
  loseSource(): void {
    this.#config = undefined;
    this.push({ type: 'discontinuity', reason: 'source lost' });
  }

  tellTrouble({ reason, retryAfterS }: Unavailability, only?: WhepListener): void {
    for (const listener of only ? [only] : this.#listeners)
      listener.onTrouble(reason.code, reason.message, retryAfterS);
  }

  /** The stream ends. */
  end(): void {
    for (const listener of this.#listeners) listener.onEnd();
  }
}
