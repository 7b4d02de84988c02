/**
 * An RTSP session in the playing state: keep-alive, receiver reports, watch for silence, TEARDOWN.
 *
 *   playing ─┬─ close() ─────────────────────── TEARDOWN (≤ 1 s) ─► ended resolves
 *            ├─ signal aborts ───────────────── TEARDOWN, unwaited ► ended resolves
 *            ├─ silence, BYE, TEARDOWN by the camera ─ the same ───► ended rejects with MediaError
 *            └─ connection failed ───────────────────────────────── ► ended rejects with MediaError
 */
import type { Clock, Timer } from '@pantau/base/clock';
import type { ErrorTally } from '../error-tally.ts';
import type { PacketCounts } from '../rtp/rtp-receiver.ts';
import { MediaError } from '../media-error.ts';
import { answerRequest } from './answer-request.ts';
import type { MediaReceiver } from './media-receiver.ts';
import type { MediaTransport } from './media-transport.ts';
import { KeepAlive } from './keep-alive.ts';
import { closedByCamera, readingError, type RtspConnection } from './rtsp-connection.ts';
import type { RtspDialogue } from './rtsp-dialogue.ts';
import type { RtspRequest, RtspResponse } from './rtsp-message.ts';
import type { RtspSession } from './rtsp-session.ts';

const REPORT_INTERVAL_MS = 5000;
const WATCH_INTERVAL_MS = 500;
const TEARDOWN_TIMEOUT_MS = 1000;

export interface PlayingSessionOptions {
  readonly connection: RtspConnection;
  readonly dialogue: RtspDialogue;
  readonly receiver: MediaReceiver;
  readonly transport: MediaTransport;
  /** What the session is known by outside. */
  readonly path: RtspSession['path'];
  /** Ms that the camera's dead sessions trouble a new one; undefined when its software has no such fault. */
  readonly staleSessionsMs: number | undefined;
  readonly tally: ErrorTally;
  /** The aggregate URL. */
  readonly url: string;
  /** Methods of the `Public` header. */
  readonly offered: ReadonlySet<string>;
  readonly tracks: RtspSession['tracks'];
  readonly server: string | undefined;
  readonly clock: Clock;
  readonly silenceTimeoutMs: number;
  readonly signal: AbortSignal;
}

export class PlayingSession implements RtspSession {
  readonly tracks: RtspSession['tracks'];
  readonly server: string | undefined;
  readonly path: RtspSession['path'];
  readonly ended: Promise<void>;
  readonly #options: PlayingSessionOptions;
  readonly #settleEnded: { readonly resolve: () => void; readonly reject: (error: MediaError) => void };
  readonly #keepAlive: KeepAlive;
  readonly #timers: readonly Timer[];
  readonly #onAbort: () => void;
  #isOver = false;
  #closing: Promise<void> | undefined;

  constructor(options: PlayingSessionOptions) {
    this.#options = options;
    this.tracks = options.tracks;
    this.server = options.server;
    this.path = options.path;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ended = promise;
    // the owner may look at `ended` late; that must not count as unhandled
    promise.catch(() => {});
    this.#settleEnded = { resolve, reject };
    this.#keepAlive = new KeepAlive(options);
    const { clock } = options;
    this.#timers = [
      clock.setRepeating(REPORT_INTERVAL_MS, () => this.#sendReports(), { unref: true }),
      clock.setRepeating(WATCH_INTERVAL_MS, () => this.#watch(), { unref: true }),
    ];
    this.#onAbort = () => this.#end(undefined);
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
    if (options.signal.aborted) this.#end(undefined);
    else if (options.connection.failure !== undefined) this.fail(options.connection.failure);
  }

  get lostPackets(): number {
    return this.#options.receiver.lostPackets;
  }

  get packets(): PacketCounts {
    return this.#options.receiver.counts;
  }

  requestKeyframe(): boolean {
    const { transport, receiver } = this.#options;
    const request = this.#isOver ? undefined : receiver.encodeKeyframeRequest();
    if (request === undefined) return false;
    transport.sendReport(request.rtcpChannel, request.report);
    return true;
  }

  /** Hands out media from now on, first what was kept while the session was opening. */
  startMedia(): void {
    if (this.#isOver) return;
    try {
      this.#options.receiver.start();
    } catch (error) {
      this.#end(readingError(error));
    }
  }

  /** The connection failed. */
  fail(error: MediaError): void {
    this.#end(error);
  }

  onRequest(request: RtspRequest): void {
    const { connection } = this.#options;
    if (answerRequest(connection, request)) this.#end(closedByCamera('The camera ended the session'));
  }

  onResponse(response: RtspResponse): void {
    if (!this.#isOver) this.#keepAlive.onResponse(response);
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    if (this.#isOver) return;
    this.#stop();
    const { connection, dialogue, url, signal } = this.#options;
    try {
      await dialogue.exchange('TEARDOWN', url, {}, { timeoutMs: TEARDOWN_TIMEOUT_MS, signal });
    } catch {
      // no answer, or a refusal: the session is over either way
    }
    connection.destroy();
    this.#settleEnded.resolve();
  }

  #end(error: MediaError | undefined): void {
    if (this.#isOver) return;
    this.#stop();
    this.#options.dialogue.leave(this.#options.url);
    if (error === undefined) this.#settleEnded.resolve();
    else this.#settleEnded.reject(this.#withPatience(error));
  }

  /**
   * Old servers write the packets of dead sessions into new ones until those time out: trying at once meets the same
   * packets again. `details.retryAfterMs` says when they are gone.
   */
  #withPatience(error: MediaError): MediaError {
    const { staleSessionsMs, receiver } = this.#options;
    if (staleSessionsMs === undefined || receiver.strayFrames === 0) return error;
    return new MediaError(error.code, error.message, {
      cause: error,
      details: { ...error.details, retryAfterMs: staleSessionsMs },
    });
  }

  #stop(): void {
    this.#isOver = true;
    const { transport, receiver } = this.#options;
    if (transport.name === 'udp') {
      for (const { rtcpChannel, report } of receiver.encodeGoodbyes())
        transport.sendReport(rtcpChannel, report);
    }
    transport.close();
    this.#keepAlive.stop();
    for (const timer of this.#timers) timer.cancel();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    this.#options.receiver.stop();
    this.#options.tally.close();
  }

  #sendReports(): void {
    const { transport, receiver } = this.#options;
    for (const { rtcpChannel, report } of receiver.encodeReports()) transport.sendReport(rtcpChannel, report);
  }

  #watch(): void {
    const { clock, receiver, silenceTimeoutMs } = this.#options;
    if (receiver.hasEnded) this.#end(closedByCamera('The camera said that the stream is over'));
    else if (clock.monotonic() - receiver.lastVideoMs >= silenceTimeoutMs) {
      const what = receiver.hasVideo
        ? 'stopped sending pictures'
        : 'accepted the session but sends no pictures';
      this.#end(new MediaError('SOURCE_TIMEOUT', `The camera ${what}`));
    }
  }
}
