import type { Clock } from '@pantau/base/clock';
import type { Logger } from '@pantau/base/logger';
import { HlsPlaylists } from '../hls/hls-playlists.ts';
import { ParkedRequests } from '../hls/parked-requests.ts';
import type { HlsRelay } from '../hls-relay/hls-relay.ts';
import { HLS_ONLY_MESSAGE, type ByeReason } from '../mse/mse-protocol.ts';
import type { MseViewer } from '../mse/mse-viewer.ts';
import type { MediaEvent, Sample, StreamConfig } from '../sample.ts';
import type { OpenSource } from '../source.ts';
import type { StreamDefinition } from '../source-definition.ts';
import type { BlockPool } from './block-pool.ts';
import type { ClientShares } from './client-shares.ts';
import type { EngineLimits } from './engine-limits.ts';
import { HlsPresence } from './hls-presence.ts';
import { LiveMuxer } from './live-muxer.ts';
import type { MediaFile } from './media-file.ts';
import { MediaWindow } from './media-window.ts';
import { PictureRelay } from './picture-relay.ts';
import { SourceSupervisor } from './source-supervisor.ts';
import { StreamMeter } from './stream-meter.ts';
import type { StreamDelivery, StreamReason, StreamStatus } from './stream-status.ts';

/**
 * The fan-out node of one camera: a supervised source on one side, a muxer, and any number of viewers on the other.
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
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: EngineLimits;
  readonly parking: ClientShares;
  readonly pool: BlockPool;
  /** See `LiveMuxerOptions.firstSequence`. */
  readonly firstSequence: number;
  readonly onState: (stream: Stream) => void;
  readonly random?: () => number;
}

/** A viewer's wish shortens the wait to this, so asking earlier or later makes no sense. */
const MAX_RETRY_AFTER_S = 10;

/** What a client is told that waited for a stream which ended, and after how many seconds it should ask again. */
const END_REASONS: Readonly<
  Record<ByeReason, { readonly reason: StreamReason; readonly retryAfterS: number }>
> = {
  stopping: {
    reason: { code: 'ENGINE_STOPPING', message: 'The server is shutting down.' },
    retryAfterS: 5,
  },
  replaced: {
    reason: { code: 'SOURCE_CLOSED', message: 'The settings of this camera were changed; connecting again.' },
    retryAfterS: 1,
  },
  removed: {
    reason: { code: 'STREAM_NOT_FOUND', message: 'There is no such stream any more.' },
    retryAfterS: 10,
  },
};

export class Stream {
  readonly #options: StreamOptions;
  readonly #window: MediaWindow;
  readonly #muxer: LiveMuxer;
  readonly #meter = new StreamMeter();
  readonly #supervisor: SourceSupervisor;
  readonly #presence: HlsPresence;
  readonly #viewers = new Set<MseViewer>();
  /** What a camera delivers that sends single pictures. */
  readonly pictures: PictureRelay;
  #delivery: StreamDelivery | undefined;
  #relay: HlsRelay | undefined;
  readonly playlists: HlsPlaylists;
  readonly parked: ParkedRequests;
  #definition: StreamDefinition;
  #lastLiveMs: number | undefined;
  /** When the last part was made, monotonic ms. */
  #lastMediaMs = 0;
  /** Parts since the last key frame as WebSocket viewers get them, made when the first one joined. */
  readonly #joining = new Map<string, Buffer>();
  #endReason: ByeReason | undefined;
  /** Since when nobody watches, monotonic ms. */
  #unwatchedSinceMs: number;

  constructor(options: StreamOptions) {
    const { definition, clock, limits, logger } = options;
    this.#options = options;
    this.#definition = definition;
    this.#unwatchedSinceMs = clock.monotonic();
    this.pictures = new PictureRelay(clock, this.#viewers);
    this.#window = new MediaWindow(limits, options.pool);
    this.#presence = new HlsPresence(limits.maxHlsClients, limits.maxHlsClientsPerAddress);
    this.parked = new ParkedRequests(options.parking, limits.maxParkedPerStream);
    this.#muxer = new LiveMuxer({
      clock,
      window: this.#window,
      limits,
      firstSequence: options.firstSequence,
      sink: {
        onInit: () => {
          for (const viewer of this.#viewers) viewer.expectKeyframe();
        },
        onBreak: () => {
          for (const viewer of this.#viewers) viewer.sendMessage({ type: 'discontinuity' });
        },
        onFrame: (fragment, keyframe) => this.#sendFrame(fragment, keyframe),
        wantsFrames: () => this.#viewers.size > 0,
        onPart: (part, finished) => {
          if (part.startsWithKeyframe) this.#joining.clear();
          this.#lastMediaMs = clock.monotonic();
          this.playlists.update(finished);
          this.parked.wake();
        },
      },
    });
    this.playlists = new HlsPlaylists({
      window: this.#window,
      muxer: this.#muxer,
      segmentMs: limits.segmentMs,
      fps: () => this.#meter.video?.fps,
    });
    this.#supervisor = new SourceSupervisor({
      source: definition.source,
      openSource: options.openSource,
      clock,
      logger,
      limits,
      onEvent: (event) => this.#take(event),
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

  /** Why there is nothing to play, and after how many seconds it is worth asking again. */
  get unavailability(): { readonly reason: StreamReason; readonly retryAfterS: number } {
    const { reason, nextAttemptMs } = this.#supervisor.current;
    if (this.#endReason !== undefined) return END_REASONS[this.#endReason];
    const waitMs = nextAttemptMs === undefined ? 0 : nextAttemptMs - this.#options.clock.now();
    return {
      reason: reason ?? { code: 'SOURCE_TIMEOUT', message: 'The camera has not sent a picture yet.' },
      retryAfterS: Math.min(MAX_RETRY_AFTER_S, Math.max(1, Math.ceil(waitMs / 1000))),
    };
  }

  get viewerCount(): number {
    return this.#viewers.size + this.pictures.replies + this.#presence.size;
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

  status(): StreamStatus {
    const { state, reason, sinceMs, nextAttemptMs } = this.#supervisor.current;
    return {
      key: this.key,
      state,
      reason,
      sinceMs,
      lastLiveMs: state === 'live' ? this.#options.clock.now() : this.#lastLiveMs,
      lastKeyframeMs: this.#meter.lastKeyframeMs,
      nextAttemptMs,
      delivery: this.#delivery,
      video: this.#meter.video,
      audio: this.#meter.audio,
      bitrate: state === 'live' ? this.#meter.bitrate : undefined,
      viewers: this.viewerCount,
      lostPackets: this.#supervisor.lostPackets,
    };
  }

  /**
   * Somebody wants to watch: the source opens, or a wait for the next attempt is cut short.
   * @returns whether media is there or may be soon; false when the next attempt is not due yet.
   */
  demand(): boolean {
    this.#unwatchedSinceMs = this.#options.clock.monotonic();
    if (this.#supervisor.current.state === 'stopped') return false;
    this.#supervisor.start();
    return this.#supervisor.hurry() || this.#supervisor.current.state !== 'retrying';
  }

  /** An HLS client asked for a playlist or a part. */
  touchHlsClient(address: string, userAgent: string | undefined): void {
    this.#presence.touch(address, userAgent, this.#options.clock.monotonic());
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
    if (this.#viewers.size === 0) this.#muxer.startFrames();
    this.#viewers.add(viewer);
    this.demand();
    if (this.#delivery === 'relay') viewer.sendMessage(HLS_ONLY_MESSAGE);
    if (this.pictures.showNewest(viewer)) return;
    const { init } = this.#muxer;
    if (init && this.isLive && this.#delivery === 'media') viewer.join(init, this.#sinceLastKeyframe());
    else this.#sendStatus(viewer);
  }

  removeViewer(viewer: MseViewer): void {
    if (this.#viewers.delete(viewer)) this.#unwatchedSinceMs = this.#options.clock.monotonic();
  }

  /** Looks at what is due. Call every `TICK_MS`. */
  tick(nowMs: number): void {
    this.#presence.expire(nowMs, Math.max(this.#options.limits.hlsPresenceMs, this.#targetsMs(3)));
    this.parked.expire(nowMs);
    for (const viewer of this.#viewers) viewer.tick(nowMs);
    this.pictures.tick(nowMs, this.isStale);
    if (this.viewerCount > 0 || this.parked.size > 0) this.#unwatchedSinceMs = nowMs;
    if (this.#viewers.size > 0) this.#supervisor.hurry();
    if (!this.#supervisor.isRunning || this.#definition.pull === 'always') return;
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
    for (const viewer of this.#viewers) viewer.leave(reason, nowMs);
    this.pictures.endReplies();
    await this.#supervisor.stop('stopped');
  }

  /** Cuts off viewers that did not answer the goodbye. */
  dropViewers(): void {
    for (const viewer of this.#viewers) viewer.terminate();
    this.#viewers.clear();
    this.pictures.dropReplies();
  }

  /** Gives the memory back. Replies that are being sent are not touched. */
  forgetMedia(): void {
    this.#window.clear();
    this.#joining.clear();
    this.#dropOthers();
    this.playlists.reset();
  }

  #rest(): void {
    this.#options.logger.info({}, 'nobody watches: camera source closed');
    // The supervisor bounds and reports what closing meets; nobody waits for it here.
    void this.#supervisor.stop('idle');
    this.#muxer.break();
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
        for (const viewer of this.#viewers) this.#sendStatus(viewer);
        return;
      case 'relay':
        this.#enterRelay(event.relay);
        return;
    }
    if (this.#delivery === 'media') this.#muxer.push(event);
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
  }

  #enterRelay(relay: HlsRelay): void {
    this.#leaveMedia();
    this.#delivery = 'relay';
    this.#relay = relay;
    this.#lastMediaMs = this.#options.clock.monotonic();
    for (const viewer of this.#viewers) viewer.sendMessage(HLS_ONLY_MESSAGE);
    this.parked.wake();
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
    this.#muxer.break();
    this.#dropOthers();
  }

  #announceState(): void {
    const { state } = this.#supervisor.current;
    for (const viewer of this.#viewers) this.#sendStatus(viewer);
    if (state === 'retrying') this.parked.wake();
    this.#options.onState(this);
  }

  #sendStatus(viewer: MseViewer): void {
    const { state, reason } = this.#supervisor.current;
    viewer.sendMessage({ type: 'status', state, reason: reason ?? null });
  }

  #sendFrame(fragment: Buffer, keyframe: boolean): void {
    const { init } = this.#muxer;
    if (!init) return;
    const { bitrate } = this.#meter;
    for (const viewer of this.#viewers) viewer.sendFragment(fragment, keyframe, init, bitrate);
  }

  /** Fragments from the last key frame on: closed parts, then the frames of the open part. */
  #sinceLastKeyframe(): readonly Buffer[] {
    const open = this.#muxer.encodeOpenPart();
    if (open?.startsWithKeyframe) return [open.body];
    const segments = [...this.#window.listed.slice(-1), ...(this.#window.open ? [this.#window.open] : [])];
    const init = this.#muxer.init?.name;
    const parts = segments.filter((segment) => segment.initName === init).flatMap((segment) => segment.parts);
    const start = parts.findLastIndex((part) => part.startsWithKeyframe);
    if (start < 0) return [];
    const fragments = parts.slice(start).map(({ file }) => this.#copyOnce(file));
    return open ? [...fragments, open.body] : fragments;
  }

  #copyOnce(file: MediaFile): Buffer {
    let copy = this.#joining.get(file.name);
    if (!copy) {
      copy = file.copy();
      this.#joining.set(file.name, copy);
    }
    return copy;
  }

  #targetsMs(count: number): number {
    return this.playlists.targetDurationS * 1000 * count;
  }
}
