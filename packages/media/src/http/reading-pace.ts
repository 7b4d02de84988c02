/**
 * How fast the body of an endless reply is read: what a camera sends beyond that waits in its own socket. The same bounds as with RTSP;
 * without them a camera of nothing but empty pictures would have the thread for itself.
 */
import { sleep, type Clock } from '@pantau/base/clock';
import { IntakeLimit } from '../rtsp/intake-limit.ts';

/** What comes in chunks smaller than any packet of a camera is work by the chunk. */
const SMALL_BYTES = 64;

export interface ReadingPaceOptions {
  readonly clock: Clock;
  /** Ends a wait. */
  readonly signal: AbortSignal;
  /** The camera was made to wait: for counting. */
  readonly onTrouble: (message: string) => void;
}

export class ReadingPace {
  readonly #options: ReadingPaceOptions;
  readonly #limit: IntakeLimit;

  constructor(options: ReadingPaceOptions) {
    this.#options = options;
    this.#limit = new IntakeLimit(options.clock);
  }

  /**
   * Notes what was read, and waits where that was too much.
   * @param pieces what was found in it: tags, segments, units; each is work.
   * @throws the signal's reason.
   */
  async note(byteLength: number, pieces: number): Promise<void> {
    const { clock, signal, onTrouble } = this.#options;
    this.#limit.addFrame(byteLength < SMALL_BYTES ? pieces + 1 : pieces);
    const pauseMs = this.#limit.addChunk(byteLength);
    if (pauseMs <= 0) return;
    onTrouble('the camera sends more than is read in a second; it was made to wait');
    await sleep(clock, pauseMs, signal);
  }
}
