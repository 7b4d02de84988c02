/**
 * Low-latency delivery: a WebSocket brings a config, an init segment and fragments; they go into a MediaSource.
 *
 *   config ─► (create MediaSource | changeType) ─► init segment ─► fragment ─► fragment ─► …
 *   status: the camera is not live, the socket stays open; bye: the server closes, and says why
 *
 * Positions are the stream's own and start anywhere: the session places the element at the newest data, and steps over
 * holes that lost packets leave.
 */
import type { Clock, Timer } from '../lib/clock.ts';
import { BufferFeeder } from './buffer-feeder.ts';
import type { DeliverySession, EmitSessionEvent } from './delivery-session.ts';
import { AdaptiveTarget, type TargetRange } from './live-edge.ts';
import type { MediaSourceLike, MediaSourceMaker } from './media-source.ts';
import { mimeHasAudio, parseMseMessage, type MseMessage, type OfferedRendition } from './mse-message.ts';
import type { FailureKind, SessionFailure } from './player-trouble.ts';
import type { RenditionName } from './rendition-choice.ts';

const CONNECT_TIMEOUT_MS = 8_000;
/** Data that waits for the MediaSource to open: a key frame and a little more. */
const MAX_EARLY_BYTES = 6_000_000;
const MAX_PENDING_BYTES = 8_000_000;
const TARGET: TargetRange = { minS: 0.35, maxS: 2.5, raiseS: 0.3, lowerS: 0.1 };
const MAX_BEHIND_TARGET_S = 2.5;
/** What waited since the last key frame comes in one burst: so long after the first data the newest picture is still found by jumping. */
const SETTLE_MS = 1_200;
const SETTLE_SLACK_S = 0.3;
/** What a config says of a stream that does not come as fragments, and how it is to be had. */
const OTHER_DELIVERIES: Readonly<Record<string, string>> = {
  'image/jpeg': 'pictures',
  'application/vnd.apple.mpegurl': 'hls',
};

/** The slice of WebSocket that is used. */
export interface SocketLike {
  binaryType: string;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface MseSessionOptions {
  readonly url: string;
  /** The size that `url` asks for. */
  readonly rendition: RenditionName | undefined;
  readonly video: HTMLVideoElement;
  readonly clock: Clock;
  readonly emit: EmitSessionEvent;
  readonly openSocket: (url: string) => SocketLike;
  readonly media: MediaSourceMaker;
}

export class MseSession implements DeliverySession {
  readonly #options: MseSessionOptions;
  readonly #socket: SocketLike;
  readonly #target: AdaptiveTarget;
  readonly #connectTimer: Timer;
  #source: MediaSourceLike | undefined;
  #detach: (() => void) | undefined;
  #feeder: BufferFeeder | undefined;
  #mime: string | undefined;
  #early: ArrayBuffer[] = [];
  #earlyBytes = 0;
  #isPlaced = false;
  #offered: readonly OfferedRendition[] = [];
  /** The size wished last. */
  #wished: RenditionName | undefined;
  #mayRefuse = true;
  #shown: RenditionName | undefined;
  /** What comes now cannot be shown here. */
  #isRefused = false;
  #settledAtMs = 0;
  #isHeld = false;
  #hasOpened = false;
  #isOver = false;
  readonly #onVideoError = () => this.#fail('decode', `MediaError ${this.#options.video.error?.code ?? 0}`);

  constructor(options: MseSessionOptions) {
    this.#options = options;
    this.#wished = options.rendition;
    this.#target = new AdaptiveTarget(options.clock.monotonic(), TARGET);
    this.#connectTimer = options.clock.setTimer(CONNECT_TIMEOUT_MS, () => {
      if (!this.#hasOpened) this.#fail('network');
    });
    options.video.addEventListener('error', this.#onVideoError);
    const socket = options.openSocket(options.url);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.#hasOpened = true;
    };
    socket.onmessage = (event) => {
      if (this.#isOver) return;
      const data: unknown = event.data;
      if (typeof data === 'string') this.#onText(data);
      else if (data instanceof ArrayBuffer) this.#onData(data);
    };
    socket.onclose = ({ code }) => this.#onClose(code);
  }

  findLatencyS(): number | undefined {
    const endS = this.#endS();
    return endS === undefined || !this.#isPlaced ? undefined : endS - this.#options.video.currentTime;
  }

  targetLatencyS(): number {
    return this.#target.read(this.#options.clock.monotonic());
  }

  maxLatencyS(): number {
    return this.targetLatencyS() + MAX_BEHIND_TARGET_S;
  }

  jumpToEdge(): void {
    const endS = this.#endS();
    const { buffered } = this.#options.video;
    if (endS === undefined || buffered.length === 0) return;
    const startS = buffered.start(buffered.length - 1);
    this.#options.video.currentTime = Math.max(startS, endS - this.targetLatencyS());
  }

  noteStall(): void {
    this.#target.noteStall(this.#options.clock.monotonic());
  }

  isHeld(): boolean {
    return this.#isHeld;
  }

  /** The present size goes on until the first key frame of the new one. */
  chooseRendition(name: RenditionName): void {
    if (this.#wished === name || !this.#hasOpened || this.#isOver) return;
    this.#wished = name;
    this.#socket.send(JSON.stringify({ type: 'switch', rendition: name }));
  }

  close(): void {
    this.#isOver = true;
    this.#connectTimer.cancel();
    this.#options.video.removeEventListener('error', this.#onVideoError);
    this.#feeder?.close();
    this.#early = [];
    this.#earlyBytes = 0;
    const socket = this.#socket;
    socket.onmessage = null;
    socket.onclose = null;
    // Browsers complain on the console about a socket that is closed while it connects: let it connect, then close.
    socket.onopen = this.#hasOpened ? null : () => socket.close();
    if (this.#hasOpened) socket.close();
    this.#detach?.();
    this.#detach = undefined;
  }

  #onText(text: string): void {
    const message = parseMseMessage(text);
    if (message === undefined) return;
    switch (message.type) {
      case 'config':
        this.#onConfig(message.mime, message.rendition);
        return;
      case 'renditions':
        this.#offered = message.renditions;
        return;
      case 'switch-failed':
        this.#wished = undefined;
        this.#options.emit({ type: 'rendition-failed', name: message.rendition });
        return;
      case 'status':
        this.#onStatus(message);
        return;
      case 'bye':
        this.#fail(byeKind(message.reason), message.reason);
        return;
      case 'discontinuity':
        // What follows starts at a key frame; a hole in the timeline is stepped over when the picture reaches it.
        return;
    }
  }

  #onConfig(mime: string, rendition: RenditionName): void {
    const other = OTHER_DELIVERIES[mime];
    if (other !== undefined) {
      this.#fail('other-delivery', other);
      return;
    }
    this.#setHeld(false, undefined);
    this.#isRefused = !this.#options.media.isTypeSupported(mime);
    if (this.#isRefused) {
      this.#refuse(mime, rendition);
      return;
    }
    this.#options.emit({ type: 'rendition', name: rendition });
    this.#options.emit({ type: 'audio', hasAudio: mimeHasAudio(mime) });
    // A change of size too: it forgets where the tracks ended, so that sound that overlaps costs no pictures.
    const isChange = this.#mime !== undefined && (this.#mime !== mime || this.#shown !== rendition);
    this.#shown = rendition;
    this.#mime = mime;
    if (this.#source === undefined) this.#openSource();
    else if (isChange && this.#feeder !== undefined) this.#feeder.changeType(mime);
  }

  /** This device cannot show it: the other size may be another codec. */
  #refuse(mime: string, rendition: RenditionName): void {
    const other = this.#offered.find(
      ({ name, isAvailable, mime: otherMime }) =>
        name !== rendition &&
        isAvailable &&
        (otherMime === undefined || this.#options.media.isTypeSupported(otherMime)),
    );
    this.#options.emit({ type: 'rendition-failed', name: rendition });
    if (other === undefined || !this.#mayRefuse) {
      this.#fail('codec', mime);
      return;
    }
    this.#mayRefuse = false;
    this.#wished = undefined;
    this.chooseRendition(other.name);
  }

  #openSource(): void {
    const { media, video } = this.#options;
    const source = media.create();
    this.#source = source;
    source.addEventListener('sourceopen', () => this.#onSourceOpen(source), { once: true });
    this.#detach = media.attach(video, source);
  }

  #onSourceOpen(source: MediaSourceLike): void {
    if (this.#isOver || this.#mime === undefined) return;
    try {
      const buffer = source.addSourceBuffer(this.#mime);
      this.#feeder = new BufferFeeder(buffer, {
        maxPendingBytes: MAX_PENDING_BYTES,
        keepBehindS: 4,
        trimAtS: 8,
        positionS: () => this.#options.video.currentTime,
        onAppended: () => this.#place(),
        onFailed: (why) => this.#fail(why === 'overrun' ? 'stalled' : 'decode', why),
      });
    } catch {
      this.#fail('codec', this.#mime);
      return;
    }
    const early = this.#early;
    this.#early = [];
    this.#earlyBytes = 0;
    for (const data of early) this.#feeder.append(data);
  }

  #onData(data: ArrayBuffer): void {
    if (this.#isRefused) return;
    if (this.#feeder !== undefined) {
      this.#feeder.append(data);
      return;
    }
    this.#earlyBytes += data.byteLength;
    if (this.#earlyBytes > MAX_EARLY_BYTES) this.#fail('stalled', 'overrun');
    else this.#early.push(data);
  }

  /** Puts the element where the data is: at first, and whenever it stands before a hole. */
  #place(): void {
    const { video } = this.#options;
    const { buffered } = video;
    if (buffered.length === 0) return;
    const last = buffered.length - 1;
    const positionS = video.currentTime;
    if (!this.#isPlaced) {
      this.#isPlaced = true;
      this.#settledAtMs = this.#options.clock.monotonic() + SETTLE_MS;
      video.currentTime = Math.max(buffered.start(0), buffered.end(last) - this.targetLatencyS());
      return;
    }
    const isOutside = positionS > buffered.end(last) + 0.5 || positionS < buffered.start(0) - 0.5;
    const isSettling = this.#options.clock.monotonic() < this.#settledAtMs;
    const isLate = buffered.end(last) - positionS > this.targetLatencyS() + SETTLE_SLACK_S;
    if (isOutside || (isSettling && isLate)) {
      this.jumpToEdge();
      return;
    }
    for (let index = 0; index < last; index++) {
      const isAtHole = positionS >= buffered.end(index) - 0.1 && positionS < buffered.start(index + 1);
      if (isAtHole) video.currentTime = buffered.start(index + 1) + 0.01;
    }
  }

  #onStatus(message: Extract<MseMessage, { type: 'status' }>): void {
    const { state, reasonCode } = message;
    if (state === 'live') this.#setHeld(false, undefined);
    else if (state === 'connecting' && reasonCode === undefined) this.#setHeld(true, undefined);
    else {
      this.#setHeld(true, reasonCode ?? '');
      if (this.#offered.length > 1)
        this.#options.emit({ type: 'rendition-failed', name: this.#wished ?? 'main' });
    }
  }

  #setHeld(isHeld: boolean, reasonCode: string | undefined): void {
    this.#isHeld = isHeld;
    const trouble = reasonCode === undefined ? undefined : { kind: 'camera' as const, detail: reasonCode };
    this.#options.emit({ type: 'trouble', trouble });
  }

  #onClose(code: number): void {
    this.#fail(closeKind(code));
  }

  #endS(): number | undefined {
    const { buffered } = this.#options.video;
    return buffered.length === 0 ? undefined : buffered.end(buffered.length - 1);
  }

  #fail(kind: FailureKind, detail?: string): void {
    if (this.#isOver) return;
    const failure: SessionFailure = { kind, ...(detail === undefined ? {} : { detail }) };
    this.close();
    this.#options.emit({ type: 'failed', failure });
  }
}

/** 1001 "going away" and 1012 "service restart" are the server's own wish; 1013 "try again later". */
export function closeKind(code: number): FailureKind {
  return code === 1001 || code === 1012 || code === 1013 ? 'server' : 'network';
}

/** Reasons of the server's `bye`: `stopping`, `replaced` (the stream was set up anew: connect again), `removed`. */
export function byeKind(reason: string): FailureKind {
  if (reason === 'removed') return 'not-found';
  return reason === 'replaced' ? 'timeline' : 'server';
}
