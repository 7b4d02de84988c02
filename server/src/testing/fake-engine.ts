/** A media engine that plays nothing: it remembers what it was told, and its streams do what a test says. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { abortReason } from '@pantau/base/clock';
import {
  MediaError,
  type EngineStats,
  type Keyframe,
  type MediaEngine,
  type ProbeReport,
  type StreamDefinition,
  type StreamStatus,
  type WhepSession,
} from '@pantau/media';

export class FakeEngine implements MediaEngine {
  definitions: readonly StreamDefinition[] = [];
  /** How often the set of streams was given. */
  setStreamsCalls = 0;
  stopped = false;
  holdsSockets = false;
  /** What `probe` answers or throws. */
  onProbe: () => Promise<ProbeReport> = () => Promise.reject(new Error('the test has no answer for a probe'));
  /** Hosts that somebody said are alive. */
  readonly signsOfLife: string[] = [];
  readonly whepSessions: FakeWhepSession[] = [];
  /** What `nextKeyframe` answers or throws; the calls are kept. */
  onKeyframe: (key: string, pull: boolean) => Promise<Keyframe> = () =>
    Promise.reject(new MediaError('NO_KEYFRAME', 'the test has no key frame'));
  readonly keyframeCalls: { readonly key: string; readonly pull: boolean }[] = [];
  readonly #held = new Set<Duplex>();
  readonly #statuses = new Map<string, StreamStatus>();
  readonly #listeners = new Set<(status: StreamStatus) => void>();

  setStreams(definitions: readonly StreamDefinition[]): void {
    this.setStreamsCalls++;
    this.definitions = definitions;
    const keys = new Set(definitions.map(({ key }) => key));
    for (const key of this.#statuses.keys()) if (!keys.has(key)) this.#statuses.delete(key);
    for (const key of keys) if (!this.#statuses.has(key)) this.#statuses.set(key, idleStatus(key));
  }

  listStatuses(): readonly StreamStatus[] {
    return [...this.#statuses.values()];
  }

  findStatus(key: string): StreamStatus | undefined {
    return this.#statuses.get(key);
  }

  onStateChange(listener: (status: StreamStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Puts a stream into another state, as a camera would. */
  change(key: string, change: Partial<StreamStatus>): void {
    const status = { ...idleStatus(key), ...this.#statuses.get(key), ...change };
    this.#statuses.set(key, status);
    for (const listener of this.#listeners) listener(status);
  }

  noteSignOfLife(host: string): void {
    this.signsOfLife.push(host);
  }

  probe(): Promise<ProbeReport> {
    return this.onProbe();
  }

  nextKeyframe(
    key: string,
    { pull, signal }: { readonly pull: boolean; readonly signal: AbortSignal },
  ): Promise<Keyframe> {
    this.keyframeCalls.push({ key, pull });
    const { promise, reject } = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => reject(abortReason(signal)), { once: true });
    return Promise.race([this.onKeyframe(key, pull), promise]);
  }

  /** Answers with the path it was asked for; a private reply says so in `x-fake-private`. With `holdsSockets` a reply of pictures has no end. */
  handleHls(
    _request: IncomingMessage,
    response: ServerResponse,
    path: string,
    options?: { readonly isPrivate: boolean },
  ): void {
    const isPrivate = options?.isPrivate === true;
    response.writeHead(200, {
      'content-type': 'text/plain',
      ...(isPrivate ? { 'x-fake-private': '1' } : {}),
    });
    if (this.holdsSockets && path.includes('live.mjpeg')) response.write('picture');
    else response.end(`hls ${path}`);
  }

  /** Accepts nobody, unless `holdsSockets`: then it says 101 and keeps the socket. */
  handleMseUpgrade(_request: IncomingMessage, socket: Duplex, _head: Buffer, key: string): void {
    if (this.holdsSockets) {
      for (const event of ['error', 'end']) socket.on(event, () => socket.destroy());
      socket.once('close', () => this.#held.delete(socket));
      this.#held.add(socket);
      socket.resume();
      socket.write(`HTTP/1.1 101 Fake\r\nX-Key: ${key}\r\n\r\n`);
      return;
    }
    socket.end(`HTTP/1.1 418 Fake\r\nContent-Length: ${key.length}\r\nConnection: close\r\n\r\n${key}`);
  }

  /** Answers with the path it was asked for, as `handleHls`; `whepSessions` has what was opened. */
  handleWhep(
    _request: IncomingMessage,
    response: ServerResponse,
    path: string,
    options: { readonly isPrivate?: boolean; readonly onOpen?: (session: WhepSession) => void } = {},
  ): void {
    const session = new FakeWhepSession();
    this.whepSessions.push(session);
    options.onOpen?.(session);
    response.writeHead(201, options.isPrivate === true ? { 'x-fake-private': '1' } : {});
    response.end(`whep ${path}`);
  }

  stats(): EngineStats {
    const statuses = this.listStatuses();
    return {
      streams: statuses.length,
      live: statuses.filter(({ state }) => state === 'live').length,
      verdicts: {},
      viewers: statuses.reduce((sum, { viewers }) => sum + viewers, 0),
      bufferedBytes: 0,
      parkedReloads: 0,
    };
  }

  stop(): Promise<void> {
    this.stopped = true;
    for (const socket of this.#held) socket.destroy();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

function idleStatus(key: string): StreamStatus {
  return {
    key,
    state: 'idle',
    reason: undefined,
    sinceMs: Date.UTC(2026, 0, 1),
    lastLiveMs: undefined,
    lastKeyframeMs: undefined,
    nextAttemptMs: undefined,
    delivery: undefined,
    video: undefined,
    audio: undefined,
    bitrate: undefined,
    viewers: 0,
    renditions: [],
    lostPackets: 0,
    verdict: {
      kind: 'idle',
      sinceMs: Date.UTC(2026, 0, 1),
      code: undefined,
      nextAttemptMs: undefined,
      attemptsLastHour: 0,
      lastLiveMs: undefined,
    },
  };
}

class FakeWhepSession implements WhepSession {
  readonly #callbacks: (() => void)[] = [];
  isOver = false;

  end(): void {
    this.isOver = true;
    for (const callback of this.#callbacks.splice(0)) callback();
  }

  onEnd(callback: () => void): void {
    this.#callbacks.push(callback);
  }
}
