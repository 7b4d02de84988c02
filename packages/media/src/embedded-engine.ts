import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { systemClock, type Clock, type Timer } from '@pantau/base/clock';
import { messageOf } from '@pantau/base/errors';
import { silentLogger, type Logger } from '@pantau/base/logger';
import type { EngineStats, MediaEngine } from './engine.ts';
import { HlsHandler } from './hls/hls-handler.ts';
import { markPrivate } from './hls/private-replies.ts';
import { MediaError } from './media-error.ts';
import { MseServer } from './mse/mse-server.ts';
import { probeSource } from './probe.ts';
import type { ProbeReport } from './probe-report.ts';
import { createAliveCheck } from './rtsp/alive-check.ts';
import { openByScheme } from './open-source.ts';
import { openRtspSource } from './rtsp-source.ts';
import type { IsAddressAllowed, OpenSource } from './source.ts';
import type { SourceDefinition, StreamDefinition } from './source-definition.ts';
import { BlockPool } from './stream/block-pool.ts';
import { ClientShares } from './stream/client-shares.ts';
import { completeLimits, TICK_MS, type EngineLimits } from './stream/engine-limits.ts';
import { deviceOf } from './stream/device-address.ts';
import type { CheckAlive } from './stream/host-gate.ts';
import { HostGates } from './stream/host-gates.ts';
import type { Keyframe } from './stream/keyframe-wishes.ts';
import type { AskForKeyframe } from './stream/rendition.ts';
import { isSameSource, RenditionSet } from './stream/rendition-set.ts';
import type { KeyframeOptions } from './stream/stream.ts';
import type { StreamStatus } from './stream/stream-status.ts';
import type { VerdictKind } from './stream/verdict.ts';
import type { WebrtcNetwork } from './whep/webrtc-peer.ts';
import { loadWerift } from './whep/werift-peer.ts';
import { sendProblem } from './whep/whep-reply.ts';
import { WhepServer, type WhepLimits, type WhepSession } from './whep/whep-server.ts';
import { SourceWorkers } from './workers/source-workers.ts';

/** The media engine in this process: `MediaEngine` over sources of all kinds, in memory. */
export interface MediaEngineOptions {
  /** Default: the system's clock. */
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Default: the engine's own sources, by the scheme of the URL: see `open-source.ts`. */
  readonly openSource?: OpenSource;
  /** Threads that read cameras beside this one; ignored with `openSource`. Default 0: all on this thread. */
  readonly workers?: number;
  /** Where cameras may be: asked with each resolved address before it is connected to, for probes and redirects too. Default: everywhere. */
  readonly isAddressAllowed?: IsAddressAllowed;
  /**
   * Asks the camera behind a stream for a key frame by another way than the media session, where that offers none. Called at most
   * once a second for each rendition. Must not throw.
   */
  readonly askForKeyframe?: AskForKeyframe | undefined;
  /** WebRTC for viewers; absent: switched off. */
  readonly whep?: WhepOptions;
  /** Bounds that differ from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<EngineLimits>;
  /** Address of a viewer, for counting and for its share of what is limited; behind a trusted proxy the forwarded one. Default: the socket's. */
  readonly clientAddress?: (request: IncomingMessage) => string;
  /** Whether something answers at a host and port. Default: a TCP connection; nobody looks with an `openSource` of your own. */
  readonly checkAlive?: CheckAlive;
  /** Random numbers in [0, 1) for the jitter of retries. */
  readonly random?: () => number;
}

/** How WebRTC is offered. */
export interface WhepOptions extends WebrtcNetwork, WhepLimits {}

/** Makes an engine without streams. Call `stop` (or dispose it) at the end. */
export function createMediaEngine(options: MediaEngineOptions = {}): MediaEngine {
  return new EmbeddedEngine(options);
}

class EmbeddedEngine implements MediaEngine {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #openSource: OpenSource;
  readonly #workers: SourceWorkers | undefined;
  readonly #limits: EngineLimits;
  readonly #random: (() => number) | undefined;
  readonly #askForKeyframe: AskForKeyframe | undefined;
  readonly #gates: HostGates;
  readonly #parking: ClientShares;
  readonly #pool = new BlockPool();
  readonly #hls: HlsHandler;
  readonly #mse: MseServer;
  readonly #whep: WhepServer | undefined;
  readonly #listeners = new Set<(status: StreamStatus) => void>();
  readonly #ticker: Timer;
  #streams = new Map<string, RenditionSet>();
  /** Streams that were replaced or removed and are still saying goodbye. */
  readonly #leaving = new Set<Promise<void>>();
  /** No stream that is gone used a number from here on: media names never come twice. */
  #freeSequence = 0;
  #stopped: Promise<void> | undefined;

  constructor(options: MediaEngineOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    if (options.openSource === undefined && (options.workers ?? 0) > 0) {
      this.#workers = new SourceWorkers({
        count: options.workers ?? 0,
        clock: this.#clock,
        logger: this.#logger,
      });
    }
    // What comes over HTTP is little work, and a relay must be where its viewers are.
    const openSource = options.openSource ?? openByScheme(this.#workers?.open ?? openRtspSource);
    const { isAddressAllowed } = options;
    this.#openSource = (opening) => openSource({ ...opening, isAddressAllowed });
    this.#limits = completeLimits(options.limits);
    this.#random = options.random;
    this.#askForKeyframe = options.askForKeyframe;
    const timeoutMs = this.#limits.aliveTimeoutMs;
    const byConnecting =
      options.openSource === undefined
        ? createAliveCheck({ clock: this.#clock, timeoutMs, isAddressAllowed })
        : undefined;
    this.#gates = new HostGates({
      clock: this.#clock,
      limits: this.#limits,
      checkAlive: options.checkAlive ?? byConnecting,
      random: options.random,
    });
    this.#parking = new ClientShares(this.#limits.maxParked, this.#limits.maxParkedPerClient);
    const clientAddress = options.clientAddress ?? ((request) => request.socket.remoteAddress ?? '');
    const findStream = (key: string) => this.#streams.get(key);
    this.#hls = new HlsHandler({
      clock: this.#clock,
      limits: this.#limits,
      findStream,
      clientAddress,
    });
    this.#mse = new MseServer({ clock: this.#clock, limits: this.#limits, findStream, clientAddress });
    this.#whep =
      options.whep &&
      new WhepServer({
        clock: this.#clock,
        logger: this.#logger,
        limits: options.whep,
        network: options.whep,
        load: loadWerift,
        findStream: (key) => findStream(key)?.main,
        clientAddress,
      });
    this.#ticker = this.#clock.setRepeating(TICK_MS, () => this.#tick(), { unref: true });
  }

  setStreams(definitions: readonly StreamDefinition[]): void {
    if (this.#stopped) return;
    const before = this.#streams;
    this.#streams = new Map();
    for (const definition of definitions) {
      const existing = before.get(definition.key);
      before.delete(definition.key);
      if (existing && isSameSource(existing.definition.source, definition.source)) {
        this.#streams.set(definition.key, existing);
        const sub = existing.update(definition, this.#nextFreeSequence());
        if (sub) this.#dismiss(sub, sub.muxer.nextSequence, definition.sub ? 'replaced' : 'removed');
        continue;
      }
      if (existing) this.#dismiss(existing, existing.nextSequence, 'replaced');
      const stream = this.#createStream(definition);
      this.#streams.set(definition.key, stream);
      stream.start();
    }
    for (const removed of before.values()) this.#dismiss(removed, removed.nextSequence, 'removed');
  }

  listStatuses(): readonly StreamStatus[] {
    return [...this.#streams.values()].map((stream) => stream.status());
  }

  findStatus(key: string): StreamStatus | undefined {
    return this.#streams.get(key)?.status();
  }

  onStateChange(listener: (status: StreamStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async probe(
    source: SourceDefinition,
    options: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<ProbeReport> {
    if (this.#stopped) throw new MediaError('ENGINE_STOPPING', 'the engine is stopping');
    const report = await probeSource({
      source,
      openSource: this.#openSource,
      clock: this.#clock,
      logger: this.#logger,
      timeoutMs: options.timeoutMs ?? DEFAULT_PROBE_TIMEOUT_MS,
      signal: options.signal,
    });
    this.noteSignOfLife(deviceOf(source.url).host);
    return report;
  }

  noteSignOfLife(host: string): void {
    if (!this.#stopped) this.#gates.noteSignOfLife(host);
  }

  nextKeyframe(key: string, options: KeyframeOptions): Promise<Keyframe> {
    const stream = this.#streams.get(key);
    if (stream) return stream.nextKeyframe(options);
    return Promise.reject(new MediaError('STREAM_NOT_FOUND', 'there is no such stream'));
  }

  handleHls(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    options?: { readonly isPrivate: boolean },
  ): void {
    try {
      if (options?.isPrivate === true) markPrivate(response);
      this.#hls.handle(request, response, path);
    } catch (error) {
      this.#logger.error({ error: messageOf(error) }, 'serving an HLS request failed');
      if (response.headersSent) response.destroy();
      else response.writeHead(500, ['Content-Length', '0', 'Cache-Control', 'no-store']).end();
    }
  }

  handleMseUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, key: string): void {
    try {
      this.#mse.handleUpgrade(request, socket, head, key);
    } catch (error) {
      this.#logger.error({ error: messageOf(error) }, 'a WebSocket upgrade failed');
      socket.destroy();
    }
  }

  handleWhep(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    options: { readonly isPrivate?: boolean; readonly onOpen?: (session: WhepSession) => void } = {},
  ): void {
    if (options.isPrivate === true) markPrivate(response);
    if (this.#whep === undefined)
      sendProblem(response, 404, 'NOT_FOUND', 'WebRTC is switched off here.', undefined);
    else this.#whep.handle(request, response, path, options.onOpen);
  }

  stats(): EngineStats {
    let live = 0;
    let viewers = 0;
    let bufferedBytes = 0;
    const verdicts: Partial<Record<VerdictKind, number>> = {};
    for (const set of this.#streams.values()) {
      if (set.streams.some(({ isLive }) => isLive)) live++;
      const { kind } = set.main.verdict;
      verdicts[kind] = (verdicts[kind] ?? 0) + 1;
      viewers += set.viewerCount;
      for (const stream of set.streams) bufferedBytes += stream.bufferedBytes;
    }
    const { size: streams } = this.#streams;
    return { streams, live, verdicts, viewers, bufferedBytes, parkedReloads: this.#parking.used };
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    this.#mse.close();
    await this.#whep?.close();
    await Promise.all([
      ...[...this.#streams.values()].map((stream) => stream.stop('stopping')),
      ...this.#leaving,
    ]);
    for (const stream of this.#streams.values()) stream.dropViewers();
    this.#ticker.cancel();
    await this.#workers?.[Symbol.asyncDispose]();
    this.#listeners.clear();
  }

  #nextFreeSequence(): number {
    return Math.max(Math.floor(this.#clock.now() / 1000), this.#freeSequence);
  }

  #createStream(definition: StreamDefinition): RenditionSet {
    return new RenditionSet({
      definition,
      openSource: this.#openSource,
      gates: this.#gates,
      clock: this.#clock,
      logger: this.#logger.child({ stream: definition.key }),
      limits: this.#limits,
      parking: this.#parking,
      pool: this.#pool,
      askForKeyframe: this.#askForKeyframe,
      firstSequence: this.#nextFreeSequence(),
      onState: (set) => this.#announce(set),
      ...(this.#random ? { random: this.#random } : {}),
    });
  }

  /** @param nextSequence no number of its media names is as high. */
  #dismiss(leaver: Leaver, nextSequence: number, reason: 'replaced' | 'removed'): void {
    const leaving = leaver.stop(reason).finally(() => {
      leaver.dropViewers();
      leaver.forgetMedia();
      this.#leaving.delete(leaving);
    });
    this.#leaving.add(leaving);
    this.#freeSequence = Math.max(this.#freeSequence, nextSequence);
  }

  #announce(set: RenditionSet): void {
    if (this.#listeners.size === 0 || this.#streams.get(set.key) !== set) return;
    const status = set.status();
    for (const listener of this.#listeners) {
      try {
        listener(status);
      } catch (error) {
        this.#logger.error({ error: messageOf(error) }, 'a listener for stream states failed');
      }
    }
  }

  #tick(): void {
    const nowMs = this.#clock.monotonic();
    for (const stream of this.#streams.values()) stream.tick(nowMs);
  }
}

/** A set of renditions, or one of them, that says goodbye. */
type Leaver = Pick<RenditionSet, 'stop' | 'dropViewers' | 'forgetMedia'>;

const DEFAULT_PROBE_TIMEOUT_MS = 10_000;
