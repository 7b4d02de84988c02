/**
 * One TCP connection that speaks RTSP: requests get their responses by CSeq, the camera's own requests and interleaved
 * frames go to the handler. Knows nothing of sessions and logins. No TLS, no UDP, no reconnecting.
 *
 * Queues: at most one request waits for a response in practice; what we send is a few hundred bytes each 5 s, and when
 * the camera does not read, `canWrite` says so and the caller leaves optional messages out.
 *
 * What comes is read into one buffer again and again: a buffer per read would be the engine's largest garbage.
 */
import { connect as connectSocket, type LookupFunction, type Socket } from 'node:net';
import { abortReason, deadline, type Clock, type Timer } from '@pantau/base/clock';
import { MediaError, type MediaErrorCode } from '../media-error.ts';
import { checkLiteral, guardedLookup, type AddressRules } from './address-guard.ts';
import { IntakeLimit } from './intake-limit.ts';
import { MessageReader } from './message-reader.ts';
import { encodeRequest, encodeResponse, type OutgoingHeaders } from './rtsp-message.ts';
import type { RtspMessage, RtspRequest, RtspResponse } from './rtsp-message.ts';

/** Unsent bytes beyond which optional messages are left out. */
const MAX_UNSENT_BYTES = 64 * 1024;

/** Bytes that one read of the socket takes at most. */
const READ_BYTES = 32 * 1024;

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

export interface ConnectOptions extends AddressRules {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly handler: RtspConnectionHandler;
  /** How names are resolved; default the system's way. */
  readonly lookup?: LookupFunction;
}

interface Waiting {
  readonly cseq: number;
  readonly resolve: (response: RtspResponse) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Connects.
 * @throws MediaError SOURCE_UNREACHABLE, SOURCE_TIMEOUT, SOURCE_ADDRESS_REFUSED, SOURCE_REFUSED (inward redirect), or the
 *   signal's reason.
 */
export async function connectRtsp(options: ConnectOptions): Promise<RtspConnection> {
  checkLiteral(options, options.host, options.port);
  using limit = deadline(
    options.clock,
    options.timeoutMs,
    () => describeConnectError(noConnection()),
    options.signal,
  );
  if (limit.signal.aborted) throw abortReason(limit.signal);
  let take = (_bytes: Buffer): void => {};
  const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const socket = connectSocket({
    onread: {
      buffer: readBuffer,
      callback: (byteLength) => {
        take(readBuffer.subarray(0, byteLength));
        return true; // pausing is the connection's
      },
    },
    host: options.host,
    port: options.port,
    noDelay: true,
    lookup: guardedLookup(options, options.port, options.lookup),
  });
  const connected = Promise.withResolvers<undefined>();
  const onAbort = () => connected.reject(abortReason(limit.signal));
  const onError = (error: Error) => connected.reject(describeConnectError(error));
  limit.signal.addEventListener('abort', onAbort, { once: true });
  socket.once('connect', () => connected.resolve(undefined));
  socket.once('error', onError);
  try {
    await connected.promise;
  } catch (error) {
    // a later error of the socket has no listener otherwise
    socket.on('error', () => {});
    socket.destroy();
    throw error;
  } finally {
    limit.signal.removeEventListener('abort', onAbort);
    socket.off('error', onError);
  }
  // the promise's turn comes before the socket's first read, so no byte came yet
  const connection = new RtspConnection(socket, options.handler, options.clock);
  take = (bytes) => connection.read(bytes);
  return connection;
}

export class RtspConnection {
  readonly #socket: Socket;
  readonly #handler: RtspConnectionHandler;
  readonly #clock: Clock;
  readonly #reader: MessageReader;
  readonly #intake: IntakeLimit;
  #pause: Timer | undefined;
  #cseq = 0;
  #waiting: Waiting | undefined;
  #failure: MediaError | undefined;
  #isDestroyed = false;

  constructor(socket: Socket, handler: RtspConnectionHandler, clock: Clock) {
    this.#socket = socket;
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
    socket.on('error', () => this.#fail(closedByCamera('The connection to the camera broke')));
    socket.on('close', () => this.#fail(closedByCamera('The camera closed the connection')));
  }

  /** False when the camera has not read what was sent, or the connection is gone. */
  get canWrite(): boolean {
    return (
      !this.#isDestroyed && this.#failure === undefined && this.#socket.writableLength < MAX_UNSENT_BYTES
    );
  }

  /** What ended the connection, when it was not us. */
  get failure(): MediaError | undefined {
    return this.#failure;
  }

  /** The address that was dialled, after name resolution. */
  get remoteAddress(): string {
    return this.#socket.remoteAddress ?? '';
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
    if (this.#failure === undefined && !this.#isDestroyed) this.#socket.write(bytes);
  }

  /** Lets what was written leave (at most 1 s), then closes; nothing is called back any more. */
  finish(): void {
    if (this.#isDestroyed) return;
    this.#leave();
    const timer = this.#clock.setTimer(FINISH_MS, () => this.#socket.destroy(), { unref: true });
    this.#socket.once('close', () => timer.cancel());
    this.#socket.resume();
    this.#socket.end();
  }

  /** Closes at once; nothing is called back any more. Idempotent. */
  destroy(): void {
    this.#leave();
    this.#socket.destroy();
  }

  #leave(): void {
    this.#isDestroyed = true;
    this.#pause?.cancel();
    this.#waiting?.reject(closedByCamera('The connection was closed'));
    this.#waiting = undefined;
  }

  /** Takes what the socket read; the bytes may be overwritten afterwards. */
  read(chunk: Buffer): void {
    if (this.#isDestroyed || this.#failure !== undefined) return;
    this.#handler.onChunk();
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.#fail(readingError(error));
      return;
    }
    const pauseMs = this.#intake.addChunk(chunk.length);
    if (pauseMs > 0) this.#stopReading(pauseMs);
  }

  #stopReading(pauseMs: number): void {
    if (this.#isDestroyed || this.#failure !== undefined) return;
    this.#socket.pause();
    this.#pause?.cancel();
    this.#pause = this.#clock.setTimer(pauseMs, () => this.#socket.resume(), { unref: true });
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
    this.#socket.destroy();
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

const CONNECT_ERRORS: Readonly<Record<string, readonly [MediaErrorCode, string]>> = {
  ENOTFOUND: ['SOURCE_UNREACHABLE', "The camera's host name does not resolve"],
  EAI_AGAIN: ['SOURCE_UNREACHABLE', "The camera's host name cannot be looked up right now"],
  ECONNREFUSED: ['SOURCE_UNREACHABLE', 'The camera refuses connections on this port'],
  EHOSTUNREACH: ['SOURCE_UNREACHABLE', 'The camera cannot be reached: no route to its address'],
  ENETUNREACH: ['SOURCE_UNREACHABLE', 'The camera cannot be reached: no route to its network'],
  ECONNRESET: ['SOURCE_UNREACHABLE', 'The camera reset the connection at once'],
  ETIMEDOUT: ['SOURCE_TIMEOUT', 'The camera does not answer: no connection in time'],
};

/** As the system says it after minutes. */
function noConnection(): Error {
  return Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' });
}

/** The system's message holds the address, so only its code is kept. */
function describeConnectError(error: Error): MediaError {
  if (error instanceof MediaError) return error;
  const systemCode = systemCodeOf(error);
  const [code, message] = CONNECT_ERRORS[systemCode] ?? [
    'SOURCE_UNREACHABLE',
    'The camera cannot be reached',
  ];
  return new MediaError(code, message, { details: { systemCode } });
}

/** The code of a system error; of several tried addresses the first. */
function systemCodeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return systemCodeOf(error.errors[0]);
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
