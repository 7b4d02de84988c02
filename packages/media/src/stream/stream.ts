import type { Clock } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import { HlsPlaylists, type HlsPlaylistsOptions } from '../hls/hls-playlists.ts';
import { ParkedRequests } from '../hls/parked-requests.ts';
import type { HlsRelay } from '../hls-relay/hls-relay.ts';
import { HLS_ONLY_MESSAGE, type ByeReason, type MseMessage } from '../mse/mse-protocol.ts';
import type { MseViewer } from '../mse/mse-viewer.ts';
import { MediaError } from '../media-error.ts';
import type { MediaEvent, Sample, StreamConfig } from '../sample.ts';
import type { OpenSource } from '../source.ts';
import type { StreamDefinition } from '../source-definition.ts';
import type { WhepListener } from '../whep/whep-server.ts';
import type { BlockPool } from './block-pool.ts';
import type { ClientShares } from './client-shares.ts';
import { END_REASONS } from './end-reasons.ts';
import type { EngineLimits } from './engine-limits.ts';
import { EventAudience, type Unavailability } from './event-audience.ts';
import type { HostGates } from './host-gates.ts';
import { HlsPresence } from './hls-presence.ts';
import { KeyframeWishes, type Keyframe } from './keyframe-wishes.ts';
import { LiveMuxer } from './live-muxer.ts';
import { MediaWindow, type MediaSegment } from './media-window.ts';
import { PictureRelay } from './picture-relay.ts';
import type { AskForKeyframe, RenditionFacts, RenditionName } from './rendition.ts';
import type { SharedTimeline } from './shared-timeline.ts';
import { SocketAudience } from './socket-audience.ts';
import { SourceSupervisor } from './source-supervisor.ts';
import { StreamMeter } from './stream-meter.ts';
import type { StreamDelivery, StreamReason, StreamState, StreamStatus } from './stream-status.ts';
import { judgeCamera, type CameraVerdict } from './verdict.ts';

/**
 * The fan-out node of one rendition of a camera: a supervised source on one side, a muxer, and any number of viewers on the other.
 *
 *   source ──► meter ──► muxer ──► window ──► playlists ──► HLS requests (parked ones woken)
 *                          └─────► frames ──► MSE viewers
 *             └──► single pictures ──► MSE viewers, endless replies      (a camera that sends JPEG)
 *   source ──► relay ──► HLS requests                                    (HLS of another server)
 *
 * It pulls while somebody watches (or always) and closes `idleCloseMs` after the last one.
 */
export interface StreamOptions {
  readonly definition: StreamDefinition;
  readonly openSource: OpenSource;
  readonly gates: HostGates;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: EngineLimits;
  readonly parking: ClientShares;
  readonly pool: BlockPool;
  /** See `LiveMuxerOptions.firstSequence`. */
  readonly firstSequence: number;
  readonly rendition: RenditionName;
  /** See `MediaEngineOptions.askForKeyframe`. */
  readonly askForKeyframe?: AskForKeyframe | undefined;
  readonly timeline: SharedTimeline;
  readonly otherTargetS: HlsPlaylistsOptions['otherTargetS'];
  readonly listReports: HlsPlaylistsOptions['listReports'];
  /** Changes what the source emits before anything else sees it. */
  readonly adapt?: (event: MediaEvent) => readonly MediaEvent[];
  readonly onState: () => void;
  /** There is something new: a part, and perhaps the segment that it ends; a picture; a relay. */
  readonly onProgress: (finished: MediaSegment | undefined) => void;
  /** A segment is about to be opened. */
  readonly onOpening: () => void;
  /** See `LiveMuxerOptions.settleS`. */
  readonly settleS: () => number;
  readonly random?: () => number;
}

/** While somebody asks, the device is looked at each few seconds: whoever asks later than this is late. */
const MAX_RETRY_AFTER_S = 5;

/** A key frame older than this is worth asking for a new one when somebody joins, ms. */
const LONG_GROUP_MS = 3_000;
/** A failure of a stream that nobody watched since says little after this. */
const FAILURE_HOLDS_MS = 60_000;
export interface KeyframeOptions {
  readonly pull: boolean;
  readonly signal: AbortSignal;
}

export class Stream {
  readonly #options: StreamOptions;
  readonly #window: MediaWindow;
  readonly #muxer: LiveMuxer;
  readonly #meter = new StreamMeter();
  readonly #supervisor: SourceSupervisor;
  readonly #presence: HlsPresence;
  readonly #sockets = new SocketAudience();
  readonly #events = new EventAudience();
  /** What a camera delivers that sends single pictures. */
  readonly pictures: PictureRelay;
  #delivery: StreamDelivery | undefined;
  #relay: HlsRelay | undefined;
  #facts: RenditionFacts | undefined;
  readonly #keyframes = new KeyframeWishes();
  /** It pulls for a key frame only: nobody came to watch since. */
  #isGlancing = false;
  readonly playlists: HlsPlaylists;
  readonly parked: ParkedRequests;
  #definition: StreamDefinition;
  #verdict: CameraVerdict | undefined;
  #lastLiveMs: number | undefined;
  /** When the last part was made, monotonic ms. */
  #lastMediaMs = 0;
  #endReason: ByeReason | undefined;
  /** Since when nobody watches, monotonic ms. */
  #unwatchedSinceMs: number;

  constructor(options: StreamOptions) {
    const { definition, clock, limits, logger } = options;
    this.#options = options;
    this.#definition = definition;
    this.#unwatchedSinceMs = clock.monotonic();
    this.pictures = new PictureRelay(clock, this.#sockets.viewers);
    this.#window = new MediaWindow(limits, options.pool);
    this.#presence = new HlsPresence(limits.maxHlsClients, limits.maxHlsClientsPerAddress);
    this.parked = new ParkedRequests(options.parking, limits.maxParkedPerStream);
    this.#muxer = new LiveMuxer({
      clock,
      window: this.#window,
      limits,
      firstSequence: options.firstSequence,
      rendition: options.rendition,
      timeline: options.timeline,
      onOpening: options.onOpening,
      settleS: options.settleS,
      sink: {
        onInit: () => this.#sockets.expectKeyframe(),
        onBreak: () => this.#sockets.send({ type: 'discontinuity' }),
        onFrame: (fragment, keyframe) => this.#sendFrame(fragment, keyframe),
        wantsFrames: () => this.#sockets.interested > 0,
        onPart: (part, finished) => {
          if (part.startsWithKeyframe) this.#sockets.forgetGroup();
          this.#lastMediaMs = clock.monotonic();
          this.playlists.update(finished);
          if (finished || this.#facts === undefined) this.#measure();
          this.parked.wake();
          options.onProgress(finished);
        },
      },
    });
    this.playlists = new HlsPlaylists({
      window: this.#window,
      muxer: this.#muxer,
      segmentMs: limits.segmentMs,
      otherTargetS: options.otherTargetS,
      listReports: options.listReports,
    });
    this.#supervisor = new SourceSupervisor({
      source: definition.source,
      openSource: options.openSource,
      gates: options.gates,
      clock,
      logger,
      limits,
      askForKeyframe: () => options.askForKeyframe?.(this.key, options.rendition),
      onEvent: (event) => {
        for (const each of options.adapt?.(event) ?? [event]) this.#take(each);
      },
      onSourceGone: () => this.#loseSource(),
      onState: () => this.#announceState(),
      ...(options.random ? { random: options.random } : {}),
    });
  }

  get key(): string {
    return this.#definition.key;
  }

  get definition(): StreamDefinition {
    return this.#definition;
  }

  get window(): MediaWindow {
    return this.#window;
  }

  get muxer(): LiveMuxer {
    return this.#muxer;
  }

  /** How viewers get it, as far as is known from now or from the last time. */
  get delivery(): StreamDelivery | undefined {
    return this.#delivery;
  }

  /** The HLS stream of another server, while it is open. */
  get relay(): HlsRelay | undefined {
    return this.#relay;
  }

  /** Media bytes held in memory for delivery. */
  get bufferedBytes(): number {
    return this.#window.byteLength + this.pictures.byteLength + (this.#relay?.byteLength ?? 0);
  }

  get isLive(): boolean {
    return this.#supervisor.current.state === 'live';
  }

  /** The last attempt failed and the next one is not under way. */
  get isRetrying(): boolean {
    return this.#supervisor.current.state === 'retrying';
  }

  /** It is not pulled. */
  get isIdle(): boolean {
    return this.#supervisor.current.state === 'idle';
  }

  /** It was stopped for good. */
  get isEnded(): boolean {
    return this.#endReason !== undefined;
  }

  /** It could not be opened or was lost, not long ago, and has not come back. */
  get hasFailed(): boolean {
    const { state, reason, sinceMs } = this.#supervisor.current;
    if (state === 'live' || reason === undefined) return false;
    return state !== 'idle' || this.#options.clock.now() - sinceMs < FAILURE_HOLDS_MS;
  }

  /** What a multivariant playlist says of it: measured while there is media, remembered afterwards. */
  get facts(): RenditionFacts | undefined {
    return this.#facts;
  }

  /** Something can be played now, and it is new. */
  get hasFreshMedia(): boolean {
    const { listed, open } = this.#window;
    const isThere = listed.length > 0 || (open !== undefined && open.parts.length > 0);
    return isThere && (this.playlists.isEnded || !this.isStale);
  }

  /** A player that is told of it will find it. */
  get isListable(): boolean {
    if (this.#facts === undefined) return false;
    return this.hasFreshMedia || (!this.isLive && !this.hasFailed && !this.isEnded);
  }

  /** Why there is nothing to play, and after how many seconds it is worth asking again. */
  get unavailability(): Unavailability {
    const { reason, nextAttemptMs } = this.#supervisor.current;
    if (this.#endReason !== undefined) return END_REASONS[this.#endReason];
    const waitMs = nextAttemptMs === undefined ? 0 : nextAttemptMs - this.#options.clock.now();
    return {
      reason: reason ?? { code: 'SOURCE_TIMEOUT', message: 'The camera has not sent a picture yet.' },
      retryAfterS: Math.min(MAX_RETRY_AFTER_S, Math.max(1, Math.ceil(waitMs / 1000))),
    };
  }

  get viewerCount(): number {
    return this.#sockets.viewers.size + this.pictures.replies + this.#events.size + this.#presence.size;
  }

  /** Begins to pull when the definition says `always`. */
  start(): void {
    if (this.#definition.pull === 'always') this.#supervisor.start();
  }

  /**
   * Takes another way of pulling for the same source. Being told the same again does not count as being watched: the
   * server repeats its whole list now and then.
   */
  update(definition: StreamDefinition): void {
    if (definition.pull !== this.#definition.pull) this.#unwatchedSinceMs = this.#options.clock.monotonic();
    this.#definition = definition;
    this.start();
  }

  status(): Omit<StreamStatus, 'renditions'> {
    const { state, reason, sinceMs, troubleSinceMs, nextAttemptMs } = this.#supervisor.current;
    return {
      key: this.key,
      state,
      reason,
      sinceMs: troubleSinceMs ?? sinceMs,
      lastLiveMs: state === 'live' ? this.#options.clock.now() : this.#lastLiveMs,
      lastKeyframeMs: this.#meter.lastKeyframeMs,
      nextAttemptMs,
      delivery: this.#delivery,
      video: this.#meter.video,
      audio: this.#meter.audio,
      bitrate: state === 'live' ? this.#meter.bitrate : undefined,
      viewers: this.viewerCount,
      lostPackets: this.#supervisor.lostPackets,
      verdict: this.verdict,
    };
  }

  /** What is to be thought of the camera now. */
  get verdict(): CameraVerdict {
    const supervisor = this.#supervisor;
    const nowMs = this.#options.clock.now();
    const { isParked, attemptsLastHour } = supervisor;
    const lastLiveMs = this.isLive ? nowMs : this.#lastLiveMs;
    const facts = { ...supervisor.current, isParked, attemptsLastHour, lastLiveMs };
    this.#verdict = judgeCamera(facts, this.#verdict, nowMs);
    return this.#verdict;
  }

  /**
   * Somebody wants to watch: the source opens, or a wait for the next attempt is cut short.
   * @returns whether media is there or may be soon; false when the next attempt is not due yet.
   */
  demand(): boolean {
    this.#unwatchedSinceMs = this.#options.clock.monotonic();
    this.#isGlancing = false;
    if (this.#supervisor.current.state === 'stopped') return false;
    this.#supervisor.start();
    return this.#supervisor.hurry() || this.#supervisor.current.state !== 'retrying';
  }

  /**
   * The next key frame. Nobody who waits for it counts as a viewer, and nothing is hurried for it: a stream that is in trouble waits as
   * its retry policy says.
   * @param options `pull`: an on-demand stream that rests is pulled for it, and rests again at once unless somebody came to watch.
   * @throws MediaError why there is none now; the signal's reason.
   */
  nextKeyframe({ pull, signal }: KeyframeOptions): Promise<Keyframe> {
    const isResting = !this.#supervisor.isRunning;
    const { state, reason } = this.#supervisor.current;
    if (state === 'stopped' || state === 'retrying' || (isResting && !pull))
      return Promise.reject(noKeyframe(state, reason));
    const wish = this.#keyframes.next(signal);
    if (isResting) {
      this.#isGlancing = true;
      this.#supervisor.start();
    }
    return wish;
  }

  /** An HLS client asked for a playlist or a part. */
  touchHlsClient(address: string, userAgent: string | undefined): void {
    const before = this.#presence.size;
    this.#presence.touch(address, userAgent, this.#options.clock.monotonic());
    if (this.#presence.size > before) this.#shortenGroup();
  }

  /** Since when an HLS client watches, monotonic ms; undefined for one that does not. */
  watchesSince(address: string, userAgent: string | undefined): number | undefined {
    return this.#presence.findSince(address, userAgent);
  }

  /** Nothing new came for so long that a playlist would show old pictures as live. */
  get isStale(): boolean {
    if (this.#relay !== undefined) return this.#relay.isStale;
    const { staleAfterMs } = this.#options.limits;
    const ageMs = this.#options.clock.monotonic() - this.#lastMediaMs;
    return ageMs > Math.max(staleAfterMs, this.#targetsMs(3));
  }

  /** Ms after which a blocking reload is given up: three target durations (RFC 8216bis 6.2.5.2). */
  get reloadHoldMs(): number {
    return this.#targetsMs(3);
  }

  addViewer(viewer: MseViewer): void {
    if (this.#sockets.interested === 0) this.#muxer.startFrames();
    this.#sockets.add(viewer);
    this.demand();
    this.#shortenGroup();
    if (this.#delivery === 'relay') viewer.sendMessage(HLS_ONLY_MESSAGE);
    if (this.pictures.showNewest(viewer)) return;
    const { init } = this.#muxer;
    if (init && this.isLive && this.#delivery === 'media') {
      viewer.join(init, this.#sockets.collectGroup(this.#muxer, this.#window));
    } else viewer.sendMessage(this.#statusMessage());
  }

  hasViewer(viewer: MseViewer): boolean {
    return this.#sockets.viewers.has(viewer);
  }

  /**
   * A viewer of another rendition is to go on here. The source opens if it must.
   * @param take called at the key frame with which it goes on, before that is sent.
   * @param fail called when there is none.
   */
  expectViewer(viewer: MseViewer, take: () => void, fail: () => void): void {
    if (this.#endReason !== undefined || !this.demand()) {
      fail();
      return;
    }
    if (this.#sockets.interested === 0) this.#muxer.startFrames();
    this.#sockets.expect(viewer, take, fail, this.#options.clock.monotonic());
  }

  /** It stays where it is. */
  forgetExpected(viewer: MseViewer): void {
    this.#sockets.forgetExpected(viewer);
  }

  removeViewer(viewer: MseViewer): void {
    if (this.#sockets.remove(viewer)) this.#unwatchedSinceMs = this.#options.clock.monotonic();
  }

  /** Watches what the source emits, as a viewer: the configuration in force at once. Returns how to stop. */
  watch(listener: WhepListener): () => void {
    const isPullable = this.demand();
    const isTold = this.#events.add(listener, this.#relay);
    if (!isTold && !isPullable) this.#events.tellTrouble(this.unavailability, listener);
    return () => {
      if (this.#events.remove(listener)) this.#unwatchedSinceMs = this.#options.clock.monotonic();
    };
  }

  /** Looks at what is due. Call every `TICK_MS`. */
  tick(nowMs: number): void {
    this.#presence.expire(nowMs, Math.max(this.#options.limits.hlsPresenceMs, this.#targetsMs(3)));
    this.parked.expire(nowMs);
    this.#sockets.tick(nowMs);
    this.pictures.tick(nowMs, this.isStale);
    const isWatched = this.viewerCount + this.#sockets.interested > 0 || this.parked.size > 0;
    if (isWatched) this.#unwatchedSinceMs = nowMs;
    if (isWatched) this.#supervisor.hurry();
    if (!this.#supervisor.isRunning || this.#definition.pull === 'always') return;
    if (this.#isGlancing) {
      if (this.#keyframes.size === 0) this.#rest();
      return;
    }
    const idleCloseMs = this.#definition.idleCloseMs ?? this.#options.limits.idleCloseMs;
    if (nowMs - this.#unwatchedSinceMs >= idleCloseMs) this.#rest();
  }

  /** Tells viewers, answers who waits, closes the source. The playlists keep answering, with an end. */
  async stop(reason: ByeReason): Promise<void> {
    const nowMs = this.#options.clock.monotonic();
    this.#endReason = reason;
    // First the end, then the last part: who waited for it gets a playlist that says so.
    this.playlists.end();
    this.#muxer.break();
    this.parked.releaseAll();
    this.#sockets.leave(reason, nowMs);
    this.#events.end();
    this.pictures.endReplies();
    await this.#supervisor.stop('stopped');
  }

  /** Cuts off viewers that did not answer the goodbye. */
  dropViewers(): void {
    this.#sockets.terminate();
    this.pictures.dropReplies();
  }

  /** Media was borrowed from another rendition (`bridge.ts`). */
  noteBorrowed(): void {
    this.#lastMediaMs = this.#options.clock.monotonic();
    this.playlists.update(undefined);
    this.parked.wake();
  }

  /** Gives the memory back. Replies that are being sent are not touched. */
  forgetMedia(): void {
    this.#window.clear();
    this.#sockets.forgetGroup();
    this.#dropOthers();
    this.playlists.reset();
  }

  #rest(): void {
    this.#options.logger.info({}, 'nobody watches: camera source closed');
    this.#isGlancing = false;
    // The supervisor bounds and reports what closing meets; nobody waits for it here.
    void this.#supervisor.stop('idle');
    this.#muxer.endSession();
    this.forgetMedia();
  }

  #take(event: MediaEvent): void {
    switch (event.type) {
      case 'config':
        this.#meter.setConfig(event.config);
        this.#follow(event.config);
        break;
      case 'sample':
        this.#meter.addSample(event.sample);
        if (this.#delivery === 'pictures') this.#takePicture(event.sample);
        break;
      case 'discontinuity':
        this.#meter.restart();
        break;
      case 'unchanged':
        this.#lastMediaMs = this.#options.clock.monotonic();
        // Who sees the same picture for long wants to know that it is the newest.
        this.#sockets.send(this.#statusMessage());
        return;
      case 'relay':
        this.#enterRelay(event.relay);
        this.#events.push(event);
        return;
    }
    this.#keyframes.take(event);
    if (this.#delivery === 'media') this.#muxer.push(event);
    this.#events.push(event);
  }

  /** The tracks say how the stream is delivered. */
  #follow({ video }: StreamConfig): void {
    this.#relay = undefined;
    if (video?.codec === 'jpeg') {
      this.#leaveMedia();
      this.#delivery = 'pictures';
      this.pictures.setConfig(video);
    } else {
      this.#delivery = 'media';
      this.pictures.clear();
    }
  }

  #takePicture({ data }: Sample): void {
    this.#lastMediaMs = this.#options.clock.monotonic();
    this.pictures.push(data);
    this.parked.wake();
    this.#options.onProgress(undefined);
  }

  #enterRelay(relay: HlsRelay): void {
    this.#leaveMedia();
    this.#delivery = 'relay';
    this.#relay = relay;
    this.#lastMediaMs = this.#options.clock.monotonic();
    this.#sockets.send(HLS_ONLY_MESSAGE);
    this.parked.wake();
    this.#options.onProgress(undefined);
  }

  /** The camera sends no video any more: what there is of it is of no use. */
  #leaveMedia(): void {
    if (this.#delivery !== 'media') return;
    this.#muxer.break();
    this.forgetMedia();
  }

  #dropOthers(): void {
    this.pictures.clear();
    this.#relay = undefined;
  }

  #loseSource(): void {
    this.#lastLiveMs = this.isLive ? this.#options.clock.now() : this.#lastLiveMs;
    this.#meter.restart();
    this.#muxer.endSession();
    this.#events.loseSource();
    this.#dropOthers();
  }

  #measure(): void {
    const config = this.#muxer.init?.config;
    const bitrate = this.playlists.measure();
    if (!config || !bitrate) return;
    const { fps = this.#facts?.fps, gopMs = this.#facts?.gopMs } = this.#meter.video ?? {};
    this.#facts = { config, peakBitrate: bitrate.peak, averageBitrate: bitrate.average, fps, gopMs };
  }

  #announceState(): void {
    const { state, reason } = this.#supervisor.current;
    // Since when a verdict holds is known to those who looked.
    void this.verdict;
    this.#sockets.send(this.#statusMessage());
    if (state !== 'live' && state !== 'connecting') this.#keyframes.fail(noKeyframe(state, reason));
    if (state === 'retrying') {
      this.parked.wake();
      this.#events.tellTrouble(this.unavailability);
      this.#sockets.failExpected();
    }
    this.#options.onState();
  }

  /** Somebody who watches cannot go on without a key frame: the camera is asked for one, where it can be, at most once a second. */
  requestKeyframe(): void {
    this.#supervisor.requestKeyframe();
  }

  /** Somebody joins a long group of pictures: a key frame now lets the picture start sooner, or with less to decode. */
  #shortenGroup(): void {
    const { lastKeyframeMs } = this.#meter;
    if (!this.isLive || lastKeyframeMs === undefined) return;
    if (this.#options.clock.now() - lastKeyframeMs > LONG_GROUP_MS) this.requestKeyframe();
  }

  #statusMessage(): MseMessage {
    const { state, reason } = this.#supervisor.current;
    return { type: 'status', state, reason: reason ?? null };
  }

  #sendFrame(fragment: Buffer, keyframe: boolean): void {
    const { init } = this.#muxer;
    if (!init) return;
    this.#sockets.sendFrame(fragment, keyframe, init, this.#meter.bitrate);
  }

  #targetsMs(count: number): number {
    return this.playlists.targetDurationS * 1000 * count;
  }
}

function noKeyframe(state: StreamState, reason: StreamReason | undefined): MediaError {
  return new MediaError(reason?.code ?? 'NO_KEYFRAME', reason?.message ?? `the stream is ${state}`);
}
