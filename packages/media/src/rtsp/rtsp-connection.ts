/**
 * One connection that speaks RTSP: requests get their responses by CSeq, the camera's own requests and interleaved
 * frames go to the handler. Knows nothing of sessions and logins, nor of what carries it (`RtspLine`). No reconnecting.
 *
 * Queues: at most one request waits for a response in practice; what we send is a few hundred bytes each 5 s, and when
 * the camera does not read, `canWrite` says so and the caller leaves optional messages out.
 */
import { abortReason, deadline, type Clock, type Timer } from '@pantau/base/clock';
import { MediaError } from '../media-error.ts';
import type { TlsFacts } from '../source.ts';
import { dial, type DialOptions } from './dial.ts';
import { openTunnel, type TunnelOptions } from './http-tunnel.ts';
import { IntakeLimit } from './intake-limit.ts';
import { MessageReader } from './message-reader.ts';
import { SocketLine, type RtspLine } from './rtsp-line.ts';
import { encodeRequest, encodeResponse, type OutgoingHeaders } from './rtsp-message.ts';
import type { RtspMessage, RtspRequest, RtspResponse } from './rtsp-message.ts';

/** Unsent bytes beyond which optional messages are left out. */
const MAX_UNSENT_BYTES = 64 * 1024;

/** So long nothing more comes of a body without a length: it is whole, ms. */
const BODY_QUIET_MS = 500;

/** Time for the last bytes to leave, ms. */
const FINISH_MS = 1000;

/** Callbacks of a connection; they must not throw. */
export interface RtspConnectionHandler {
  /** Before the frames and messages of a chunk of the socket. */
  onChunk(): void;
  /** Payload of an interleaved frame is `bytes[start, end)`, a view that holds until this returns. */
  onFrame(channel: number, bytes: Buffer, start: number, end: number): void;
  onRequest(request: RtspRequest): void;
  /** A response that no request is waiting for. */
  onStrayResponse(response: RtspResponse): void;
  /** Framing was lost and found again. */
  onResync(skippedBytes: number): void;
  /** The camera sends so much that reading pauses for a moment. */
  onFlood(): void;
  /** The connection failed or was closed by the camera; called once, never after `destroy`. */
  onFailure(error: MediaError): void;
}

export interface ConnectOptions extends DialOptions {
  readonly handler: RtspConnectionHandler;
  /** Through HTTP, when given. */
  readonly tunnel?: Pick<TunnelOptions, 'path' | 'authority' | 'authenticator'> | undefined;
}

interface Waiting {
  readonly cseq: number;
  readonly resolve: (response: RtspResponse) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Connects.
 * @throws MediaError as `dial` and `openTunnel`, or the signal's reason.
 */
export async function connectRtsp(options: ConnectOptions): Promise<RtspConnection> {
  const { tunnel } = options;
  const line =
    tunnel === undefined ? new SocketLine(await dial(options)) : await openTunnel({ ...options, ...tunnel });
  return new RtspConnection(line, options.handler, options.clock);
}

export class RtspConnection {
  readonly #line: RtspLine;
  readonly #handler: RtspConnectionHandler;
  readonly #clock: Clock;
  readonly #reader: MessageReader;
  readonly #intake: IntakeLimit;
  #pause: Timer | undefined;
  #finish: Timer | undefined;
  #quiet: Timer | undefined;
  #cseq = 0;
  #waiting: Waiting | undefined;
  #failure: MediaError | undefined;
  #isDestroyed = false;

  constructor(line: RtspLine, handler: RtspConnectionHandler, clock: Clock) {
    this.#line = line;
    this.#handler = handler;
    this.#clock = clock;
    this.#intake = new IntakeLimit(clock);
    this.#reader = new MessageReader({
      onFrame: (channel, bytes, start, end) => {
        this.#intake.addFrame();
        handler.onFrame(channel, bytes, start, end);
      },
      onMessage: (message) => {
        this.#intake.addMessage();
        this.#onMessage(message);
      },
      onResync: (skippedBytes) => handler.onResync(skippedBytes),
    });
    line.listen({
      onBytes: (bytes) => this.read(bytes),
      onError: () => this.#fail(closedByCamera('The connection to the camera broke')),
      onClose: () => this.#onClose(),
    });
  }

  /** False when the camera has not read what was sent, or the connection is gone. */
  get canWrite(): boolean {
    return !this.#isDestroyed && this.#failure === undefined && this.#line.unsentBytes < MAX_UNSENT_BYTES;
  }

  /** What ended the connection, when it was not us. */
  get failure(): MediaError | undefined {
    return this.#failure;
  }

  /** The address that was dialled, after name resolution. */
  get remoteAddress(): string {
    return this.#line.remoteAddress;
  }

  /** Ours, on the way to the camera. */
  get localAddress(): string {
    return this.#line.localAddress;
  }

  /** The camera's certificate; undefined without TLS. */
  get tls(): TlsFacts | undefined {
    return this.#line.tls;
  }

  /**
   * Sends a request and waits for its response; one at a time.
   * @throws MediaError SOURCE_TIMEOUT or what ended the connection, or the signal's reason.
   */
  async request(
    method: string,
    url: string,
    headers: OutgoingHeaders,
    limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<RtspResponse> {
    using limit = deadline(
      this.#clock,
      limits.timeoutMs,
      () => new MediaError('SOURCE_TIMEOUT', `The camera did not answer ${method} in time`),
      limits.signal,
    );
    if (limit.signal.aborted) throw abortReason(limit.signal);
    const answer = Promise.withResolvers<RtspResponse>();
    // what arrived of a body that is shorter than announced is better than nothing
    const onAbort = () => {
      if (limits.signal.aborted || !this.#reader.finishShortBody()) answer.reject(abortReason(limit.signal));
    };
    limit.signal.addEventListener('abort', onAbort, { once: true });
    try {
      const cseq = this.send(method, url, headers);
      this.#waiting = { cseq, resolve: answer.resolve, reject: answer.reject };
      return await answer.promise;
    } finally {
      limit.signal.removeEventListener('abort', onAbort);
      this.#waiting = undefined;
    }
  }

  /**
   * Sends a request whose response nobody waits for; returns its CSeq.
   * @throws MediaError when the connection is gone.
   */
  send(method: string, url: string, headers: OutgoingHeaders): number {
    if (this.#failure !== undefined) throw this.#failure;
    const cseq = ++this.#cseq;
    this.write(encodeRequest(method, url, { CSeq: String(cseq), ...headers }));
    return cseq;
  }

  /** Answers a request of the camera. */
  respond(request: RtspRequest, status: number, reason: string, headers: OutgoingHeaders): void {
    if (!this.canWrite) return;
    this.write(encodeResponse(status, reason, { CSeq: request.headers.find('cseq') ?? '0', ...headers }));
  }

  /** Sends bytes as they are. Does nothing when the connection is gone. */
  write(bytes: Buffer): void {
    if (this.#failure === undefined && !this.#isDestroyed) this.#line.write(bytes);
  }

  /** Lets what was written leave (at most 1 s), then closes; nothing is called back any more. */
  finish(): void {
    if (this.#isDestroyed) return;
    this.#leave();
    this.#finish = this.#clock.setTimer(FINISH_MS, () => this.#line.destroy(), { unref: true });
    this.#line.resume();
    this.#line.end();
  }

  /** Closes at once; nothing is called back any more. Idempotent. */
  destroy(): void {
    this.#leave();
    this.#finish?.cancel();
    this.#line.destroy();
  }

  #leave(): void {
    this.#isDestroyed = true;
    this.#pause?.cancel();
    this.#quiet?.cancel();
    this.#waiting?.reject(closedByCamera('The connection was closed'));
    this.#waiting = undefined;
  }

  /** A body without a length ends with the connection, too. */
  #onClose(): void {
    this.#finish?.cancel();
    if (!this.#isDestroyed && this.#failure === undefined && this.#reader.isBodyOpen) {
      this.#reader.finishShortBody();
    }
    this.#fail(closedByCamera('The camera closed the connection'));
  }

  /** Takes what the line read; the bytes may be overwritten afterwards. */
  read(chunk: Buffer): void {
    if (this.#isDestroyed || this.#failure !== undefined) return;
    this.#handler.onChunk();
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.#fail(readingError(error));
      return;
    }
    this.#awaitQuiet();
    const pauseMs = this.#intake.addChunk(chunk.length);
    if (pauseMs > 0) this.#stopReading(pauseMs);
  }

  /** A body whose length nobody named is over when nothing more of it comes for a moment. */
  #awaitQuiet(): void {
    this.#quiet?.cancel();
    this.#quiet = undefined;
    if (!this.#reader.isBodyOpen || this.#isDestroyed) return;
    this.#quiet = this.#clock.setTimer(BODY_QUIET_MS, () => void this.#reader.finishShortBody(), {
      unref: true,
    });
  }

  #stopReading(pauseMs: number): void {
    if (this.#isDestroyed || this.#failure !== undefined) return;
    this.#line.pause();
    this.#pause?.cancel();
    this.#pause = this.#clock.setTimer(pauseMs, () => this.#line.resume(), { unref: true });
    this.#handler.onFlood();
  }

  #onMessage(message: RtspMessage): void {
    if (this.#isDestroyed) return;
    if (message.kind === 'request') {
      this.#handler.onRequest(message);
      return;
    }
    const cseq = message.headers.findNumber('cseq');
    // 1xx only says "wait"; a response without CSeq can only be the one that is waited for
    const isAnswer = this.#waiting !== undefined && (cseq === undefined || cseq === this.#waiting.cseq);
    if (message.status < 200) return;
    if (isAnswer) this.#waiting?.resolve(message);
    else this.#handler.onStrayResponse(message);
  }

  #fail(error: MediaError): void {
    if (this.#failure !== undefined || this.#isDestroyed) return;
    this.#failure = error;
    this.#pause?.cancel();
    this.#quiet?.cancel();
    this.#line.destroy();
    this.#waiting?.reject(error);
    this.#waiting = undefined;
    this.#handler.onFailure(error);
  }
}

/** What came out of reading: a defect of ours must cost one camera, not the process. */
export function readingError(error: unknown): MediaError {
  if (error instanceof MediaError) return error;
  return new MediaError('RTSP_MALFORMED', 'Reading from the camera failed unexpectedly', { cause: error });
}

export function closedByCamera(message: string): MediaError {
  return new MediaError('SOURCE_CLOSED', message);
}
