import type { WebSocket } from 'ws';
import type { EngineLimits } from '../stream/engine-limits.ts';
import type { VideoConfig } from '../sample.ts';
import type { CurrentInit } from '../stream/live-muxer.ts';
import type { PictureViewer } from '../stream/picture-relay.ts';
import {
  CLOSE_CODES,
  configMessage,
  pictureConfigMessage,
  formatMseMessage,
  type ByeReason,
  type MseMessage,
} from './mse-protocol.ts';

/**
 * One WebSocket viewer: sends what it is given while the viewer keeps up.
 *
 *   waiting ──join──► playing ──queue over its bound──► skipping ──key frame, queue drained──► playing
 *                                                          └── too many key frames, or stuck ──► terminated
 *
 * The socket's own send queue is the queue; its bound is checked before each fragment, so a viewer that stops reading
 * costs at most the bound and never slows another one.
 */

/** The parts of `ws`'s WebSocket that a viewer needs. */
export type ViewerSocket = Pick<WebSocket, 'bufferedAmount' | 'send' | 'ping' | 'close' | 'terminate'>;

export type ViewerLimits = Pick<
  EngineLimits,
  'mseQueueBytes' | 'mseQueueMs' | 'mseMaxSkips' | 'mseStuckMs' | 'msePingMs'
>;

/** Messages a viewer may send between two pings; there is little to say. */
const MAX_CLIENT_MESSAGES = 100;
/** Ms a viewer has to answer the closing handshake. */
const CLOSE_GRACE_MS = 2_000;

export class MseViewer implements PictureViewer {
  readonly #socket: ViewerSocket;
  readonly #limits: ViewerLimits;
  #state: 'waiting' | 'playing' | 'skipping' = 'waiting';
  #skips = 0;
  /** What joining sent at once does not count against the bound until it has left. */
  #allowance = 0;
  #sentBytes = 0;
  #flushedBytes = 0;
  #progressMs: number;
  #pingedMs: number;
  #isPongDue = false;
  #clientMessages = 0;
  /** Init segment the viewer was given last. */
  #initName: string | undefined;
  #closingSinceMs: number | undefined;
  /** The configuration of the pictures that the viewer was told last. */
  #pictureConfig: VideoConfig | undefined;
  #isPictureOnItsWay = false;
  #nextPicture: { readonly picture: Buffer; readonly config: VideoConfig } | undefined;

  constructor(socket: ViewerSocket, limits: ViewerLimits, nowMs: number) {
    this.#socket = socket;
    this.#limits = limits;
    this.#progressMs = nowMs;
    this.#pingedMs = nowMs;
  }

  sendMessage(message: MseMessage): void {
    this.#send(formatMseMessage(message));
  }

  /** Starts with what is there since the last key frame; without any, with the next key frame. */
  join(init: CurrentInit, fragments: readonly Buffer[]): void {
    if (fragments.length === 0) return;
    this.#sendInit(init);
    for (const fragment of fragments) this.#send(fragment);
    this.#allowance = this.#socket.bufferedAmount;
    this.#state = 'playing';
  }

  /**
   * The next fragment of the stream.
   * @param init the init segment it belongs to; sent first when the viewer has another one.
   * @param bitrate of the stream, bits per second, when known.
   */
  sendFragment(fragment: Buffer, keyframe: boolean, init: CurrentInit, bitrate: number | undefined): void {
    if (this.#closingSinceMs !== undefined) return;
    const buffered = this.#socket.bufferedAmount;
    const isFull = buffered > this.#bound(buffered, bitrate);
    if (this.#state === 'playing') {
      if (!isFull) {
        this.#send(fragment);
        return;
      }
      this.#state = 'skipping';
      this.#skips = 0;
    }
    if (!keyframe) return;
    if (isFull) {
      if (++this.#skips >= this.#limits.mseMaxSkips) this.#socket.terminate();
      return;
    }
    if (this.#state === 'skipping') this.sendMessage({ type: 'discontinuity' });
    this.#state = 'playing';
    this.#skips = 0;
    if (this.#initName !== init.name) this.#sendInit(init);
    this.#send(fragment);
  }

  showPicture(picture: Buffer, config: VideoConfig): void {
    if (this.#closingSinceMs !== undefined) return;
    if (this.#isPictureOnItsWay) {
      this.#nextPicture = { picture, config };
      return;
    }
    if (this.#pictureConfig !== config) {
      this.#pictureConfig = config;
      this.#initName = undefined;
      this.sendMessage(pictureConfigMessage(config));
    }
    this.#isPictureOnItsWay = true;
    this.#sentBytes += picture.length;
    this.#socket.send(picture, () => this.#onPictureSent());
  }

  /** A new configuration is in force: what follows is of use only from its first key frame on. */
  expectKeyframe(): void {
    if (this.#state === 'playing') this.#state = 'waiting';
  }

  /** Pings, and cuts off who does not answer or read. Call about twice a second. */
  tick(nowMs: number): void {
    if (this.#closingSinceMs !== undefined) {
      if (nowMs - this.#closingSinceMs >= CLOSE_GRACE_MS) this.#socket.terminate();
      return;
    }
    if (this.#isStuck(nowMs)) {
      this.#socket.terminate();
      return;
    }
    if (nowMs - this.#pingedMs < this.#limits.msePingMs) return;
    if (this.#isPongDue) {
      this.#socket.terminate();
      return;
    }
    this.#pingedMs = nowMs;
    this.#isPongDue = true;
    this.#clientMessages = 0;
    this.#socket.ping();
  }

  notePong(): void {
    this.#isPongDue = false;
  }

  /** The viewer sent something: told that it talks too much, and cut off when it goes on. */
  noteMessage(): void {
    this.#clientMessages++;
    if (this.#clientMessages === MAX_CLIENT_MESSAGES + 1)
      this.#socket.close(CLOSE_CODES.floods, 'too many messages');
    else if (this.#clientMessages > 2 * MAX_CLIENT_MESSAGES) this.#socket.terminate();
  }

  /** Says goodbye and closes; `tick` cuts off a viewer that does not answer. */
  leave(reason: ByeReason, nowMs: number): void {
    if (this.#closingSinceMs !== undefined) return;
    this.sendMessage({ type: 'bye', reason });
    this.#closingSinceMs = nowMs;
    this.#socket.close(CLOSE_CODES[reason], reason);
  }

  /** Ends without a word. */
  terminate(): void {
    this.#socket.terminate();
  }

  #sendInit(init: CurrentInit): void {
    this.#initName = init.name;
    this.#pictureConfig = undefined;
    this.sendMessage(configMessage(init.config, init.rendition));
    this.#send(init.body);
  }

  /** The picture has left, or never will: then the socket is closing. */
  #onPictureSent(): void {
    this.#isPictureOnItsWay = false;
    const next = this.#nextPicture;
    this.#nextPicture = undefined;
    if (next !== undefined) this.showPicture(next.picture, next.config);
  }

  #bound(buffered: number, bitrate: number | undefined): number {
    if (buffered < this.#limits.mseQueueBytes / 2) this.#allowance = 0;
    const byTime = bitrate === undefined ? 0 : (bitrate / 8000) * this.#limits.mseQueueMs;
    return Math.min(this.#limits.mseQueueBytes, Math.max(byTime, MIN_QUEUE_BYTES)) + this.#allowance;
  }

  #isStuck(nowMs: number): boolean {
    const flushed = this.#sentBytes - this.#socket.bufferedAmount;
    if (flushed > this.#flushedBytes || this.#socket.bufferedAmount === 0) {
      this.#flushedBytes = flushed;
      this.#progressMs = nowMs;
      return false;
    }
    return nowMs - this.#progressMs >= this.#limits.mseStuckMs;
  }

  #send(data: string | Buffer): void {
    if (this.#closingSinceMs !== undefined) return;
    this.#sentBytes += data.length;
    this.#socket.send(data, ignoreError);
  }
}

/** A few key frames of a small stream must fit, whatever its bitrate. */
const MIN_QUEUE_BYTES = 256 * 1024;

/** A failed send is followed by the socket's `close`, where the viewer is taken off the stream. */
function ignoreError(): void {}
