/**
 * Delivery of a camera that sends single JPEG pictures: the WebSocket brings one picture in each binary message, which is drawn on a
 * canvas. Only the newest is worth drawing: what comes while one is being decoded waits alone, and is replaced by what comes after it.
 */
import type { Clock, Timer } from '../lib/clock.ts';
import type { DeliverySession, DrawnPictures, EmitSessionEvent } from './delivery-session.ts';
import { parseMseMessage, type MseMessage } from './mse-message.ts';
import { byeKind, closeKind, type SocketLike } from './mse-session.ts';
import type { FailureKind, SessionFailure } from './player-trouble.ts';

const CONNECT_TIMEOUT_MS = 8_000;
/** Without a word for so long the connection is no longer believed: the server speaks of a picture that stays the same, too. */
const SILENT_MS = 20_000;
/** A picture may stand for so many times the usual before it counts as standing still, within bounds (ms). */
const STILL_FACTOR = 3;
const MIN_STILL_MS = 1_500;
const MAX_STILL_MS = 20_000;
/** Assumed until there were two pictures, ms. */
const FIRST_STILL_MS = 6_000;
/** How much a new interval counts. */
const SMOOTHING = 0.3;

/** A decoded picture. */
export interface BitmapLike {
  readonly width: number;
  readonly height: number;
  close(): void;
}

export interface PictureSessionOptions<B extends BitmapLike> {
  readonly url: string;
  readonly clock: Clock;
  readonly emit: EmitSessionEvent;
  readonly openSocket: (url: string) => SocketLike;
  /** Rejects for what is no picture. */
  readonly decode: (picture: ArrayBuffer) => Promise<B>;
  /** Draws the picture; it is closed afterwards. */
  readonly draw: (picture: B) => void;
}

export class PictureSession<B extends BitmapLike> implements DeliverySession {
  readonly #options: PictureSessionOptions<B>;
  readonly #socket: SocketLike;
  readonly #connectTimer: Timer;
  #hasOpened = false;
  #isOver = false;
  #isDecoding = false;
  #next: ArrayBuffer | undefined;
  #heardMs: number;
  #drawnMs: number | undefined;
  #intervalMs: number | undefined;
  #pictures = 0;
  #size = { width: 0, height: 0 };

  constructor(options: PictureSessionOptions<B>) {
    this.#options = options;
    this.#heardMs = options.clock.monotonic();
    this.#connectTimer = options.clock.setTimer(CONNECT_TIMEOUT_MS, () => {
      if (!this.#hasOpened) this.#fail('network');
    });
    const socket = options.openSocket(options.url);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.#hasOpened = true;
      options.emit({ type: 'audio', hasAudio: false });
    };
    socket.onmessage = (event) => this.#onMessage(event.data);
    socket.onclose = ({ code }) => this.#fail(closeKind(code));
  }

  findDrawn(): DrawnPictures {
    const stillAfterMs =
      this.#intervalMs === undefined
        ? FIRST_STILL_MS
        : Math.min(MAX_STILL_MS, Math.max(MIN_STILL_MS, this.#intervalMs * STILL_FACTOR));
    return { count: this.#pictures, ...this.#size, stillAfterMs };
  }

  /** Nothing tells when a picture was taken. */
  findLatencyS(): undefined {
    return undefined;
  }

  targetLatencyS(): number {
    return 0;
  }

  maxLatencyS(): number {
    return Number.POSITIVE_INFINITY;
  }

  jumpToEdge(): void {
    // The newest picture is the only one there is.
  }

  noteStall(): void {
    // Nothing is buffered that more patience could help.
  }

  /** Such a camera has one size. */
  chooseRendition(): void {}

  isHeld(): boolean {
    return this.#options.clock.monotonic() - this.#heardMs < SILENT_MS;
  }

  close(): void {
    this.#isOver = true;
    this.#connectTimer.cancel();
    this.#next = undefined;
    const socket = this.#socket;
    socket.onmessage = null;
    socket.onclose = null;
    // Browsers complain on the console about a socket that is closed while it connects: let it connect, then close.
    socket.onopen = this.#hasOpened ? null : () => socket.close();
    if (this.#hasOpened) socket.close();
  }

  #onMessage(data: unknown): void {
    if (this.#isOver) return;
    this.#heardMs = this.#options.clock.monotonic();
    if (data instanceof ArrayBuffer) {
      if (this.#isDecoding) this.#next = data;
      else void this.#show(data);
      return;
    }
    const message = typeof data === 'string' ? parseMseMessage(data) : undefined;
    if (message !== undefined) this.#onText(message);
  }

  #onText(message: MseMessage): void {
    switch (message.type) {
      case 'config':
        if (message.mime !== 'image/jpeg') this.#fail('other-delivery', 'media');
        return;
      case 'status': {
        const { state, reasonCode } = message;
        const isFine = state === 'live' || (state === 'connecting' && reasonCode === undefined);
        const trouble = isFine ? undefined : { kind: 'camera' as const, detail: reasonCode ?? '' };
        this.#options.emit({ type: 'trouble', trouble });
        return;
      }
      case 'bye':
        this.#fail(byeKind(message.reason), message.reason);
        return;
      case 'discontinuity':
        return;
    }
  }

  async #show(first: ArrayBuffer): Promise<void> {
    this.#isDecoding = true;
    let picture: ArrayBuffer | undefined = first;
    while (picture !== undefined) {
      await this.#drawOne(picture);
      picture = this.#next;
      this.#next = undefined;
    }
    this.#isDecoding = false;
  }

  async #drawOne(picture: ArrayBuffer): Promise<void> {
    let bitmap: B;
    try {
      bitmap = await this.#options.decode(picture);
    } catch {
      return; // a picture that is damaged; the next one may not be
    }
    if (!this.#isOver) {
      this.#options.draw(bitmap);
      this.#note(bitmap);
    }
    bitmap.close();
  }

  #note({ width, height }: BitmapLike): void {
    const nowMs = this.#options.clock.monotonic();
    const intervalMs = this.#drawnMs === undefined ? undefined : nowMs - this.#drawnMs;
    if (intervalMs !== undefined) {
      const usualMs = this.#intervalMs ?? intervalMs;
      this.#intervalMs = usualMs + (intervalMs - usualMs) * SMOOTHING;
    }
    this.#drawnMs = nowMs;
    this.#pictures++;
    this.#size = { width, height };
  }

  #fail(kind: FailureKind, detail?: string): void {
    if (this.#isOver) return;
    const failure: SessionFailure = { kind, ...(detail === undefined ? {} : { detail }) };
    this.close();
    this.#options.emit({ type: 'failed', failure });
  }
}
