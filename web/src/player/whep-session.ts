/**
 * Delivery by WebRTC (WHEP, RFC 9725): the main picture by UDP, with no buffer worth the name.
 *
 *   offer, addresses gathered (≤ 1 s) ──► POST ──► 201, answer ──► connected (≤ 8 s) ──► pictures ──► DELETE at the end
 *
 * Whatever shows that WebRTC does not work here (refused, no way through for UDP) is `unavailable`: the next mode is opened at once.
 */
import type { Clock, Timer } from '../lib/clock.ts';
import type { DeliverySession, EmitSessionEvent } from './delivery-session.ts';
import type { SessionFailure } from './player-trouble.ts';
import { whepFailure } from './whep-failure.ts';
import { WhepLatency } from './whep-latency.ts';

const GATHER_LIMIT_MS = 1_000;
/** The server waits up to 10 s for a camera that sleeps. */
const ANSWER_LIMIT_MS = 15_000;
const CONNECT_LIMIT_MS = 8_000;
const TARGET_S = 0.2;

export interface WhepSessionOptions {
  /** Where offers go: `/whep/<key>`. */
  readonly url: string;
  readonly video: HTMLVideoElement;
  readonly clock: Clock;
  readonly emit: EmitSessionEvent;
  readonly createPeer: () => RTCPeerConnection;
  readonly createStream: () => MediaStream;
  readonly send: (url: string, init: RequestInit) => Promise<Response>;
}

export class WhepSession implements DeliverySession {
  readonly #options: WhepSessionOptions;
  readonly #peer: RTCPeerConnection;
  readonly #stream: MediaStream;
  readonly #abort = new AbortController();
  readonly #latency = new WhepLatency();
  #timer: Timer | undefined;
  /** Of the session on the server; undefined before the answer. */
  #address: string | undefined;
  #hasConnected = false;
  #isReadingStats = false;
  #isOver = false;
  readonly #onVideoError = () =>
    this.#fail({ kind: 'decode', detail: `MediaError ${this.#options.video.error?.code ?? 0}` });

  constructor(options: WhepSessionOptions) {
    this.#options = options;
    this.#stream = options.createStream();
    const peer = options.createPeer();
    this.#peer = peer;
    peer.ontrack = ({ track, receiver }) => {
      // As little buffer as the network allows; the browser raises it itself where packets come unevenly.
      if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
      this.#stream.addTrack(track);
      if (options.video.srcObject !== this.#stream) options.video.srcObject = this.#stream;
    };
    peer.onconnectionstatechange = () => this.#onState(peer.connectionState);
    options.video.addEventListener('error', this.#onVideoError);
    void this.#open();
  }

  findLatencyS(): number | undefined {
    void this.#readStats();
    return this.#latency.latencyS;
  }

  targetLatencyS(): number {
    return TARGET_S;
  }

  maxLatencyS(): number {
    return Number.POSITIVE_INFINITY;
  }

  jumpToEdge(): void {
    // There is nothing to jump over.
  }

  noteStall(): void {
    // The browser's own buffer grows by itself.
  }

  isHeld(): boolean {
    return false;
  }

  /** WHEP serves the main picture. */
  chooseRendition(): void {}

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer?.cancel();
    this.#abort.abort();
    const { video } = this.#options;
    video.removeEventListener('error', this.#onVideoError);
    this.#peer.ontrack = null;
    this.#peer.onconnectionstatechange = null;
    this.#peer.onicegatheringstatechange = null;
    this.#peer.close();
    if (video.srcObject === this.#stream) video.srcObject = null;
    this.#leave();
  }

  async #open(): Promise<void> {
    const offer = await this.#makeOffer();
    if (offer === undefined) return;
    const response = await this.#post(offer);
    if (response === undefined) return;
    const location = response.headers.get('location');
    if (response.status === 201 && location !== null) {
      this.#address = new URL(location, response.url).href;
      if (this.#isOver) this.#leave();
    }
    const body = await response.text().catch(() => undefined);
    if (this.#isOver) return;
    if (body === undefined) this.#fail({ kind: 'network' });
    else if (response.status === 201) await this.#accept(body);
    else this.#fail(whepFailure(response.status, codeOf(body), response.headers.get('retry-after')));
  }

  /** Undefined when the session is over. */
  async #makeOffer(): Promise<string | undefined> {
    try {
      for (const kind of ['video', 'audio']) this.#peer.addTransceiver(kind, { direction: 'recvonly' });
      await this.#peer.setLocalDescription();
      await this.#gather();
    } catch {
      this.#fail({ kind: 'unavailable' });
    }
    return this.#isOver ? undefined : (this.#peer.localDescription?.sdp ?? '');
  }

  /** Waits for the addresses of this device, which then stand in the offer; not for long, the server's own suffice. */
  async #gather(): Promise<void> {
    const peer = this.#peer;
    if (peer.iceGatheringState === 'complete') return;
    await new Promise<void>((resolve) => {
      this.#limit(GATHER_LIMIT_MS, resolve);
      peer.onicegatheringstatechange = () => {
        if (peer.iceGatheringState === 'complete') resolve();
      };
      this.#abort.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    peer.onicegatheringstatechange = null;
  }

  async #post(offer: string): Promise<Response | undefined> {
    this.#limit(ANSWER_LIMIT_MS, () => this.#fail({ kind: 'network' }));
    try {
      return await this.#options.send(this.#options.url, {
        method: 'POST',
        headers: { 'content-type': 'application/sdp' },
        body: offer,
        signal: this.#abort.signal,
      });
    } catch {
      this.#fail({ kind: 'network' });
      return undefined;
    }
  }

  async #accept(answer: string): Promise<void> {
    this.#limit(CONNECT_LIMIT_MS, () => this.#fail({ kind: 'unavailable' }));
    try {
      await this.#peer.setRemoteDescription({ type: 'answer', sdp: answer });
    } catch {
      this.#fail({ kind: 'unavailable' });
      return;
    }
    if (this.#isOver) return;
    const hasAudio = this.#peer
      .getTransceivers()
      .some(
        ({ receiver, currentDirection }) =>
          receiver.track.kind === 'audio' && currentDirection === 'recvonly',
      );
    this.#options.emit({ type: 'audio', hasAudio });
  }

  #onState(state: RTCPeerConnectionState): void {
    if (state === 'connected') {
      this.#hasConnected = true;
      this.#timer?.cancel();
    } else if (state === 'failed' || state === 'closed') {
      this.#fail({ kind: this.#hasConnected ? 'network' : 'unavailable' });
    }
  }

  async #readStats(): Promise<void> {
    if (this.#isReadingStats || !this.#hasConnected || this.#isOver) return;
    this.#isReadingStats = true;
    try {
      this.#latency.take((await this.#peer.getStats()).values());
    } catch {
      // No figures: the age is not shown.
    }
    this.#isReadingStats = false;
  }

  /** The one limit of the step under way. */
  #limit(limitMs: number, onLate: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.setTimer(limitMs, onLate);
  }

  /** Tells the server, so that it does not send to nobody; also while the page is going away. */
  #leave(): void {
    const address = this.#address;
    this.#address = undefined;
    if (address === undefined) return;
    this.#options.send(address, { method: 'DELETE', keepalive: true }).catch(() => {});
  }

  #fail(failure: SessionFailure): void {
    if (this.#isOver) return;
    this.close();
    this.#options.emit({ type: 'failed', failure });
  }
}

function codeOf(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body);
    const code: unknown =
      typeof value === 'object' && value !== null ? Reflect.get(value, 'code') : undefined;
    return typeof code === 'string' ? code : undefined;
  } catch {
    return undefined;
  }
}
