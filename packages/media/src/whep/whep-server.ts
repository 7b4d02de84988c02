/**
 * WHEP (RFC 9725): a viewer posts an offer and gets an answer; the picture then comes by WebRTC, a tenth of a second after it was
 * taken. Who may watch is decided before, by the server; here are the stream, the codecs and the number of viewers.
 *
 *   POST   <key>            offer ──► stream's configuration ──► payload types ──► answer, 201, Location: /whep/session/<id>
 *   DELETE session/<id>     the viewer leaves; who knows the 128 random bits is the viewer
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { deadline, type Clock, type Timer } from '@pantau/base/clock';
import { messageOf } from '@pantau/base/errors';
import type { Logger } from '@pantau/base/logger';
import type { MediaErrorCode } from '../media-error.ts';
import type { MediaEvent, StreamConfig } from '../sample.ts';
import { ClientShares } from '../stream/client-shares.ts';
import { webrtcAudioOf } from './webrtc-sound.ts';
import { choosePayloads, narrowOffer, parseOffer } from './whep-offer.ts';
import { sendAnswer, sendPreflight, sendProblem, sendGone } from './whep-reply.ts';
import { WhepViewer } from './whep-viewer.ts';
import type { CreateWebrtcPeer, LoadWebrtc, WebrtcNetwork, WebrtcPeer } from './webrtc-peer.ts';

/** What a stream tells a WebRTC viewer. */
export interface WhepListener {
  onEvent(event: MediaEvent): void;
  /** There is no picture, and may be none for a while. */
  onTrouble(code: MediaErrorCode, message: string, retryAfterS: number): void;
  /** The stream was removed, replaced or stopped. */
  onEnd(): void;
}

/** A stream as WHEP sees it. */
export interface WhepStream {
  /** Watches it, as a viewer: the configuration in force is told at once, the rest as it comes. Returns how to stop. */
  watch(listener: WhepListener): () => void;
  /** Asks the camera for a key frame, where it offers that. */
  requestKeyframe(): void;
}

export interface WhepLimits {
  /** Viewers altogether, and of one address. */
  readonly maxViewers: number;
  readonly maxViewersPerClient: number;
}

export interface WhepServerOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: WhepLimits;
  readonly network: WebrtcNetwork;
  readonly load: LoadWebrtc;
  readonly findStream: (key: string) => WhepStream | undefined;
  readonly clientAddress: (request: IncomingMessage) => string;
}

/** A viewer that is connected or connecting, for whoever must be able to end it. */
export interface WhepSession {
  end(): void;
  /** Calls back once it is over; at once when it is. */
  onEnd(callback: () => void): void;
}

/** Too short for a stream key. */
const SESSION_PATH = 'session';
/** A browser's offer has five to ten kilobytes. */
const MAX_OFFER_BYTES = 64 * 1024;
const BODY_LIMIT_MS = 5_000;
/** How long an offer waits for a camera that is just being opened. */
const CONFIG_LIMIT_MS = 10_000;
/** From the answer to the connection. */
const CONNECT_LIMIT_MS = 15_000;
const ANSWER_LIMIT_MS = 5_000;
const KEYFRAME_INTERVAL_MS = 1_000;

class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfterS: number | undefined;

  constructor(status: number, code: string, message: string, retryAfterS?: number) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterS = retryAfterS;
  }
}

export class WhepServer {
  readonly #options: WhepServerOptions;
  readonly #shares: ClientShares;
  readonly #sessions = new Map<string, Session>();
  #createPeer: Promise<CreateWebrtcPeer | undefined> | undefined;
  #isClosed = false;

  constructor(options: WhepServerOptions) {
    this.#options = options;
    this.#shares = new ClientShares(options.limits.maxViewers, options.limits.maxViewersPerClient);
  }

  get viewers(): number {
    return this.#sessions.size;
  }

  /**
   * Answers `/whep/<path>`. Never throws.
   * @param onOpen told of the session before the viewer is.
   */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    onOpen: (session: WhepSession) => void = () => undefined,
  ): void {
    const [first = '', second = ''] = path.split(/[/?]/, 2);
    const isSession = first === SESSION_PATH;
    if (request.method === 'OPTIONS') sendPreflight(response);
    else if (request.method === 'POST' && !isSession) void this.#open(request, response, first, onOpen);
    else if (request.method === 'DELETE' && isSession) this.#delete(response, second);
    else sendProblem(response, 405, 'METHOD_NOT_ALLOWED', 'POST an offer, or DELETE a session.', undefined);
  }

  /** Accepts nobody any more and ends all sessions. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#sessions.values()].map((session) => session.close()));
  }

  #delete(response: ServerResponse, sessionId: string): void {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) {
      sendProblem(response, 404, 'NOT_FOUND', 'There is no such session.', undefined);
      return;
    }
    session.end();
    sendGone(response);
  }

  async #open(
    request: IncomingMessage,
    response: ServerResponse,
    key: string,
    onOpen: (session: WhepSession) => void,
  ): Promise<void> {
    const { clientAddress, findStream, logger } = this.#options;
    let session: Session | undefined;
    const client = clientAddress(request);
    try {
      const stream = findStream(key);
      if (stream === undefined) throw new Problem(404, 'STREAM_NOT_FOUND', 'There is no such stream.');
      if (this.#isClosed) throw new Problem(503, 'STOPPING', 'The server is shutting down.', 5);
      if (!this.#shares.take(client))
        throw new Problem(503, 'OVERLOADED', 'Too many viewers by WebRTC; try another mode.', 10);
      session = new Session(this.#options, stream, () => {
        this.#shares.giveBack(client);
        if (session !== undefined) this.#sessions.delete(session.id);
      });
      this.#sessions.set(session.id, session);
      const opened = session;
      response.once('close', () => {
        if (!response.writableFinished) opened.end();
      });
      const offer = await readOffer(request, this.#options.clock);
      this.#createPeer ??= this.#options.load();
      const createPeer = await this.#createPeer;
      if (createPeer === undefined)
        throw new Problem(501, 'WHEP_UNAVAILABLE', 'WebRTC is not installed on this server.');
      onOpen(session);
      const answer = await session.negotiate(offer, client, createPeer);
      if (response.destroyed) throw new Problem(400, 'REQUEST_INVALID', 'the viewer has left');
      sendAnswer(response, answer, `/whep/${SESSION_PATH}/${session.id}`);
    } catch (error) {
      session?.end();
      if (response.headersSent || response.destroyed) return;
      if (error instanceof Problem)
        sendProblem(response, error.status, error.code, error.message, error.retryAfterS);
      else {
        logger.warn({ error: messageOf(error) }, 'an offer by WebRTC could not be answered');
        sendProblem(response, 400, 'REQUEST_INVALID', 'The offer could not be answered.', undefined);
      }
    }
  }
}

/** One viewer from the offer to the end. */
class Session implements WhepSession {
  readonly id = randomBytes(16).toString('base64url');
  readonly #options: WhepServerOptions;
  readonly #stream: WhepStream;
  readonly #onOver: () => void;
  readonly #config = Promise.withResolvers<StreamConfig>();
  readonly #callbacks: (() => void)[] = [];
  readonly #stopWatching: () => void;
  #peer: WebrtcPeer | undefined;
  #viewer: WhepViewer | undefined;
  #timer: Timer | undefined;
  #lastWishMs = Number.NEGATIVE_INFINITY;
  #closing: Promise<void> | undefined;

  constructor(options: WhepServerOptions, stream: WhepStream, onOver: () => void) {
    this.#options = options;
    this.#stream = stream;
    this.#onOver = onOver;
    this.#config.promise.catch(() => undefined);
    this.#stopWatching = stream.watch({
      onEvent: (event) => {
        if (event.type === 'config') this.#config.resolve(event.config);
        if (event.type === 'relay') this.#config.reject(notCarried());
        this.#viewer?.push(event);
      },
      onTrouble: (code, message, retryAfterS) =>
        this.#config.reject(new Problem(503, code, message, retryAfterS)),
      onEnd: () => this.end(),
    });
  }

  onEnd(callback: () => void): void {
    if (this.#closing === undefined) this.#callbacks.push(callback);
    else callback();
  }

  end(): void {
    void this.close();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** @param viewer address that the offer came from. @returns the answer. @throws Problem, or what the library throws. */
  async negotiate(offerText: string, viewer: string, createPeer: CreateWebrtcPeer): Promise<string> {
    const offer = parseOffer(offerText);
    if (offer === undefined) throw new Problem(400, 'REQUEST_INVALID', 'The body is no session description.');
    const config = await this.#withLimit(this.#config.promise, CONFIG_LIMIT_MS, () => {
      return new Problem(503, 'SOURCE_TIMEOUT', 'The camera has not sent a picture yet.', 2);
    });
    const { video } = config;
    if (video === undefined || video.codec === 'jpeg') throw notCarried();
    if (video.maxReorder > 0)
      throw new Problem(406, 'CODEC_UNSUPPORTED', 'This camera sends B-frames, which WebRTC does not carry.');
    const audio = webrtcAudioOf(config.audio);
    const chosen = choosePayloads(offer, video, audio);
    if (chosen.video === undefined)
      throw new Problem(
        406,
        'CODEC_UNSUPPORTED',
        `This browser does not take ${video.codec === 'h265' ? 'H.265' : 'H.264'} by WebRTC.`,
      );
    const sound = chosen.audio === undefined ? undefined : audio;
    this.#throwIfClosed();
    const peer = createPeer({
      hasAudio: sound !== undefined,
      video: video.codec,
      audio: sound,
      network: this.#options.network,
      onState: (state) => this.#onState(state),
      onKeyframeWish: () => this.#wishKeyframe(),
    });
    this.#peer = peer;
    this.#viewer = new WhepViewer(peer, {
      config,
      sound,
      onUnplayable: () => this.end(),
    });
    const answer = await this.#withLimit(
      peer.answer(narrowOffer(offer, chosen, viewer)),
      ANSWER_LIMIT_MS,
      () => {
        return new Problem(503, 'OVERLOADED', 'The server did not find its addresses in time.', 2);
      },
    );
    this.#throwIfClosed();
    this.#timer = this.#options.clock.setTimer(CONNECT_LIMIT_MS, () => this.end(), { unref: true });
    return answer;
  }

  #onState(state: 'connected' | 'ended'): void {
    if (state === 'ended') {
      this.end();
      return;
    }
    this.#timer?.cancel();
    this.#viewer?.connect();
    this.#wishKeyframe();
  }

  #wishKeyframe(): void {
    const nowMs = this.#options.clock.monotonic();
    if (nowMs - this.#lastWishMs < KEYFRAME_INTERVAL_MS) return;
    this.#lastWishMs = nowMs;
    this.#stream.requestKeyframe();
  }

  async #close(): Promise<void> {
    this.#stopWatching();
    this.#timer?.cancel();
    this.#viewer = undefined;
    this.#config.reject(new Problem(503, 'SOURCE_CLOSED', 'The stream has ended.', 1));
    this.#onOver();
    for (const callback of this.#callbacks.splice(0)) callback();
    try {
      await this.#peer?.close();
    } catch (error) {
      this.#options.logger.debug({ error: messageOf(error) }, 'closing a WebRTC connection failed');
    }
  }

  #throwIfClosed(): void {
    if (this.#closing !== undefined) throw new Problem(503, 'SOURCE_CLOSED', 'The stream has ended.', 1);
  }

  async #withLimit<T>(work: Promise<T>, limitMs: number, late: () => Error): Promise<T> {
    work.catch(() => undefined);
    using limit = deadline(this.#options.clock, limitMs, late);
    const aborted = Promise.withResolvers<never>();
    aborted.promise.catch(() => undefined);
    limit.signal.addEventListener('abort', () => aborted.reject(limit.signal.reason as Error), {
      once: true,
    });
    return await Promise.race([work, aborted.promise]);
  }
}

function notCarried(): Problem {
  return new Problem(406, 'CODEC_UNSUPPORTED', 'WebRTC does not carry what this camera sends.');
}

async function readOffer(request: IncomingMessage, clock: Clock): Promise<string> {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/sdp')
    throw new Problem(415, 'REQUEST_INVALID', 'The offer must be application/sdp.');
  const late = Promise.withResolvers<never>();
  late.promise.catch(() => undefined);
  const timer = clock.setTimer(BODY_LIMIT_MS, () =>
    late.reject(new Problem(408, 'REQUEST_TIMEOUT', 'The offer did not arrive in time.')),
  );
  try {
    return await Promise.race([readBody(request), late.promise]);
  } finally {
    timer.cancel();
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    // Node's requests give buffers unless an encoding was set.
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MAX_OFFER_BYTES) throw new Problem(413, 'REQUEST_INVALID', 'The offer is too long.');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
