/**
 * Puts dated samples into the order that everything behind a source relies on:
 *
 *   config · key frame · samples … [discontinuity] · key frame … · config · key frame …
 *
 * A config comes first and whenever tracks change, always directly before a key frame. Sound that the camera announced
 * is waited for briefly; cameras announce microphones that are off. Sound that comes later, or falls silent, changes the
 * config at the next key frame.
 */
import type { Clock, Timer } from '@pantau/base/clock';
import type { AudioConfig, MediaEvent, Sample, StreamConfig } from '../sample.ts';
import type { TimedPicture } from './video-timeline.ts';

export interface EventSequencerOptions {
  readonly clock: Clock;
  /** The announced sound track, when it can be carried; `unknown` when only its sound tells what it is. */
  readonly audio: AudioConfig | 'unknown' | undefined;
  readonly onEvent: (event: MediaEvent) => void;
}

/** How long the first key frame waits for announced sound. */
export const SOUND_WAIT_MS = 1500;
/** Sound that has not been heard for so long is gone. */
export const SOUND_GONE_MS = 3000;
/** Samples held while waiting: reaching either bound ends the wait. */
const MAX_HELD = 400;
const MAX_HELD_BYTES = 16 * 1024 * 1024;

interface DatedSound {
  readonly sound: Sample;
  readonly config: AudioConfig | undefined;
}

export class EventSequencer {
  readonly #clock: Clock;
  readonly #isSoundAnnounced: boolean;
  readonly #onEvent: (event: MediaEvent) => void;
  #state: 'before-picture' | 'waiting-for-sound' | 'running' | 'closed' = 'before-picture';
  #timer: Timer | undefined;
  #held: (TimedPicture | DatedSound)[] = [];
  #heldBytes = 0;
  /** What the sound was last. */
  #audio: AudioConfig | undefined;
  #soundHeardMs: number | undefined;
  #config: StreamConfig | undefined;
  #startSeconds = 0;

  constructor(options: EventSequencerOptions) {
    this.#clock = options.clock;
    this.#isSoundAnnounced = options.audio !== undefined;
    this.#audio = options.audio === 'unknown' ? undefined : options.audio;
    this.#onEvent = options.onEvent;
  }

  /** A frame of sound was received, whether or not it becomes a sample. @param config what it is, where only it tells. */
  noteSound(config = this.#audio): void {
    this.#audio = config;
    this.#soundHeardMs = this.#clock.monotonic();
    if (this.#state === 'waiting-for-sound') this.#run();
  }

  /** Takes the next picture; the first must be a key frame. */
  pushPicture(picture: TimedPicture): void {
    if (this.#state === 'before-picture') this.#startWith(picture);
    if (this.#state === 'waiting-for-sound') this.#hold(picture);
    else if (this.#state === 'running') this.#emitPicture(picture);
  }

  /** Takes the next sample of sound. @param config what it is; default what was announced. */
  pushSound(sample: Sample, config = this.#audio): void {
    if (this.#state === 'waiting-for-sound') this.#hold({ sound: sample, config });
    else if (this.#state === 'running') this.#emitSound({ sound: sample, config });
  }

  /** Forgets what is held; nothing is emitted any more. */
  close(): void {
    this.#timer?.cancel();
    this.#held = [];
    this.#state = 'closed';
  }

  #startWith({ sample, config }: TimedPicture): void {
    this.#startSeconds = sample.pts / config.timescale;
    this.#state = 'waiting-for-sound';
    if (!this.#isSoundAnnounced || this.#hearsSound()) this.#run();
    else this.#timer = this.#clock.setTimer(SOUND_WAIT_MS, () => this.#run());
  }

  #run(): void {
    this.#timer?.cancel();
    const held = this.#held;
    this.#held = [];
    this.#state = 'running';
    for (const each of held) {
      if ('sample' in each) this.#emitPicture(each);
      else this.#emitSound(each);
    }
  }

  #hold(item: TimedPicture | DatedSound): void {
    this.#held.push(item);
    this.#heldBytes += ('sample' in item ? item.sample : item.sound).data.length;
    if (this.#held.length >= MAX_HELD || this.#heldBytes >= MAX_HELD_BYTES) this.#run();
  }

  #emitPicture({ sample, config, discontinuity }: TimedPicture): void {
    if (discontinuity !== undefined) this.#onEvent({ type: 'discontinuity', reason: discontinuity });
    if (sample.keyframe) {
      const audio = this.#hearsSound() ? this.#audio : undefined;
      if (config !== this.#config?.video || audio !== this.#config.audio) {
        this.#config = { video: config, audio };
        this.#onEvent({ type: 'config', config: this.#config });
      }
    }
    this.#onEvent({ type: 'sample', sample });
  }

  #emitSound({ sound: sample, config }: DatedSound): void {
    const audio = this.#config?.audio;
    if (audio === undefined || audio !== config) return; // not in the config: from the next key frame on
    if ((sample.pts + sample.duration) / audio.timescale <= this.#startSeconds) return; // before the first picture
    this.#onEvent({ type: 'sample', sample });
  }

  #hearsSound(): boolean {
    if (this.#audio === undefined || this.#soundHeardMs === undefined) return false;
    return this.#clock.monotonic() - this.#soundHeardMs <= SOUND_GONE_MS;
  }
}
